/**
 * Somebody else's evaluator of IAM policies, as a process of its own: reads questions as JSON from standard input, writes
 * the answers to standard output. It runs in a folder in which the packages of package.json are installed.
 */
import { runSimulation } from "@cloud-copilot/iam-simulate";

let text = "";
for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;

const answers = [];
for (const { policies, request } of JSON.parse(text)) {
  const { action, resource, context } = request;
  const answer = await runSimulation(
    {
      request: {
        principal: "arn:aws:iam::123456789012:user/sandbox",
        action,
        resource: { resource, accountId: "123456789012" },
        contextVariables: context,
      },
      identityPolicies: policies.map((policy, index) => ({ name: `policy-${index}`, policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (answer.resultType === "error") answers.push({ error: answer.errors });
  else {
    const [first] = answer.resultType === "single" ? [answer.result] : answer.results;
    answers.push({ result: answer.overallResult, ignored: first?.ignoredContextKeys ?? [] });
  }
}
process.stdout.write(JSON.stringify(answers));
