/**
 * Stands in for `pulumi-resource-aws`: the resource types that sendips uses, over the official SDK
 * clients. It talks to whatever `aws:endpoints` or AWS_ENDPOINT_URL name, AWS itself included.
 */
import { serveProvider } from "../protocol.ts";
import { text } from "../values.ts";
import { configure } from "./client.ts";
import { functions } from "./functions.ts";
import { resources } from "./resources.ts";

await serveProvider({
  version: "7.48.0",
  configure: (config) => configure(config),
  // Since 6.0 the state of each resource holds its Region, and the official provider asks there.
  scoped: (aws, state) => {
    const region = text(state["region"]);
    return region === undefined || region === aws.region ? aws : aws.inRegion(region);
  },
  resources,
  functions,
});
