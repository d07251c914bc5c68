/**
 * Stack traces as Node writes them. The SDK notes a trace for every promise, and maps each of its frames
 * through source maps, which takes a third of the program's memory (`bench/README.md`). The sources here run
 * as they are, their types stripped in place, so that there is nothing to map. Where the SDK runs ts-node
 * for the program around this one, lines do move, and its mapping stays.
 */
if (process.env["PULUMI_NODEJS_TYPESCRIPT"] !== "true") {
  Reflect.deleteProperty(Error, "prepareStackTrace");
}
