/** Errors of the AWS SDK in the words of the Go SDK, which the official provider passes on. */

interface Stack {
  add(
    middleware: (
      next: (args: {
        input: object;
        request?: unknown;
      }) => Promise<{ output: object; response: unknown }>,
      context: { commandName?: string },
    ) => (args: {
      input: object;
      request?: unknown;
    }) => Promise<{ output: object; response: unknown }>,
    options: { step: "initialize"; priority: "high"; name: string },
  ): void;
}

export class CloudError extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }

  /** The same error with what was being done put before it. */
  static during(doing: string, error: unknown): Error {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof CloudError) return new CloudError(`${doing}: ${message}`, error.code);
    return new Error(`${doing}: ${message}`);
  }
}

interface SdkError extends Error {
  code?: string;
  errors?: SdkError[];
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused; is anything listening there?",
  ENOTFOUND: "no such host",
  ETIMEDOUT: "timed out",
};

function inGoWords(error: SdkError, service: string, operation: string, endpoint?: string): Error {
  const refused = UNREACHABLE[error.code ?? error.errors?.[0]?.code ?? ""];
  if (refused !== undefined) {
    const where = endpoint ?? `the ${service} endpoint`;
    return new CloudError(
      `operation error ${service}: ${operation}: cannot reach ${where}: ${refused}`,
      "Unreachable",
    );
  }
  const status = error.$metadata?.httpStatusCode;
  if (status === undefined) return error;
  const request = error.$metadata?.requestId ?? "";
  return new CloudError(
    `operation error ${service}: ${operation}, https response error StatusCode: ${status}, RequestID: ${request}, api error ${error.name}: ${error.message}`,
    error.name,
  );
}

/** Makes every call of a client fail in those words. */
export function translate(stack: unknown, service: string, endpoint?: string): void {
  (stack as Stack).add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        const operation = (context.commandName ?? "").replace(/Command$/, "");
        throw error instanceof Error ? inGoWords(error, service, operation, endpoint) : error;
      }
    },
    { step: "initialize", priority: "high", name: "inGoWords" },
  );
}

/** Runs a call and says what it was for if it fails. */
export async function withErrorContext<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw CloudError.during(what, error);
  }
}

/** `undefined` in place of an error that says that the thing is not there. */
export async function undefinedIfGone<T>(
  call: Promise<T>,
  ...codes: string[]
): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CloudError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

/** Asks until the answer is defined; `what` words the time-out. */
export async function waitFor<T>(
  what: string,
  timeoutMs: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (let pause = 50; ; pause = Math.min(pause * 1.5, 2_000)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: timeout while waiting`);
    await new Promise<void>((resolve) => setTimeout(resolve, pause));
  }
}
