/** The one account of the sandbox, and its one user: every access key is of it. */

export const accountId = "123456789012";

/** The caller, as errors name it. */
export const callerArn = `arn:aws:iam::${accountId}:user/sandbox`;
