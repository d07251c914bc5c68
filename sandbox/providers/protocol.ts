/**
 * Serves a provider to the engine over gRPC: prints the port, then answers the calls that a
 * stand-in needs. Everything not listed here stays UNIMPLEMENTED, which the engine tolerates.
 */
import { flushCompileCache } from "node:module";
import grpc from "@grpc/grpc-js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";
import { diff } from "./diff.ts";
import {
  check,
  type FoundResource,
  InitFailure,
  liveInputs,
  previewCreate,
  previewUpdate,
  type ResourceType,
  withoutDefaults,
} from "./resource.ts";
import { FailedCall, failure, unary } from "./unary.ts";
import { fromStruct, hasUnknown, isEmpty, type Props, toStruct } from "./values.ts";

export interface ProviderSpec<C> {
  version: string;
  /** Makes the client from the configuration; a throw says how to correct it. */
  configure(config: Props): Promise<C> | C;
  /** The client that a resource in the state is asked with. @default the configured one */
  scoped?(client: C, state: Props): C;
  resources: Readonly<Record<string, ResourceType<C>>>;
  functions: Readonly<Record<string, (client: C, args: Props) => Promise<Props>>>;
}

/** Provider configuration arrives as strings: text as it is, everything else as JSON. */
function configuration(request: pb.ConfigureRequest): Props {
  const config: Props = {};
  for (const [key, value] of request.getVariablesMap().entries()) {
    config[key.slice(key.lastIndexOf(":") + 1)] = value;
  }
  Object.assign(config, fromStruct(request.getArgs()));
  for (const [key, value] of Object.entries(config)) {
    if (typeof value === "string" && /^(\[|\{|true$|false$|null$|\d+$)/.test(value)) {
      // An access key may be all digits: only lists, objects and booleans are taken apart.
      if (!/^\d+$/.test(value)) config[key] = JSON.parse(value);
    }
  }
  return config;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * What was just made may not be listed yet. It exists even where it cannot be read: the official bridge keeps its id
 * then, with the reason.
 */
async function readNew(
  read: () => Promise<FoundResource | undefined>,
  id: string,
): Promise<FoundResource> {
  for (let wait = 50; wait < 10_000; wait *= 2) {
    const found = await read().catch((error: unknown) => {
      throw new InitFailure(id, error instanceof Error ? error.message : String(error));
    });
    if (found !== undefined) return found;
    await pause(wait);
  }
  throw new InitFailure(id, `reading ${id}: couldn't find resource`);
}

export function implementation<C>(spec: ProviderSpec<C>): grpc.UntypedServiceImplementation {
  let configured: C | undefined;
  const client = (): C => {
    if (configured === undefined) throw new Error("the provider is not configured");
    return configured;
  };
  const typeOf = (urn: string): ResourceType<C> => {
    const token = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const type = spec.resources[token];
    if (type === undefined) throw new Error(`unrecognized resource type ${token}`);
    return type;
  };
  const callOf = (seconds: number, state: Props = {}) => ({
    client: spec.scoped?.(client(), state) ?? client(),
    timeoutMs: seconds > 0 ? seconds * 1000 : undefined,
  });

  return {
    getPluginInfo: unary<empties.Empty, plugins.PluginInfo>(() => {
      const info = new plugins.PluginInfo();
      info.setVersion(spec.version);
      return info;
    }),
    cancel: unary<empties.Empty, empties.Empty>(() => new empties.Empty()),
    configure: unary<pb.ConfigureRequest, pb.ConfigureResponse>(async (request) => {
      configured = await spec.configure(configuration(request));
      const response = new pb.ConfigureResponse();
      response.setSupportspreview(true);
      return response;
    }),
    invoke: unary<pb.InvokeRequest, pb.InvokeResponse>(async (request) => {
      const run = spec.functions[request.getTok()];
      if (run === undefined) throw new Error(`unrecognized function ${request.getTok()}`);
      const args = fromStruct(request.getArgs());
      const response = new pb.InvokeResponse();
      response.setReturn(toStruct(await run(client(), args)));
      return response;
    }),
    check: unary<pb.CheckRequest, pb.CheckResponse>((request) => {
      const urn = request.getUrn();
      const result = check(typeOf(urn), {
        olds: fromStruct(request.getOlds()),
        news: fromStruct(request.getNews()),
        name: request.getName() || (urn.split("::").at(-1) ?? ""),
        seed: request.getRandomseed_asU8(),
      });
      const response = new pb.CheckResponse();
      response.setInputs(toStruct(result.inputs));
      for (const { property, reason } of result.failures) {
        const item = new pb.CheckFailure();
        item.setProperty(property);
        item.setReason(reason);
        response.addFailures(item);
      }
      return response;
    }),
    diff: unary<pb.DiffRequest, pb.DiffResponse>((request) => {
      const olds = fromStruct(request.getOlds());
      const news = fromStruct(request.getNews());
      const ignored = request.getIgnorechangesList();
      const result = diff(typeOf(request.getUrn()), olds, news, ignored);
      const response = new pb.DiffResponse();
      const { DIFF_SOME, DIFF_NONE } = pb.DiffResponse.DiffChanges;
      response.setChanges(result.changed.length > 0 ? DIFF_SOME : DIFF_NONE);
      response.setDiffsList(result.changed);
      response.setReplacesList(result.replaces);
      response.setDeletebeforereplace(result.deleteBeforeReplace);
      response.setHasdetaileddiff(true);
      for (const name of result.changed) {
        const detail = new pb.PropertyDiff();
        const { ADD, DELETE, UPDATE } = pb.PropertyDiff.Kind;
        const kind = isEmpty(olds[name]) ? ADD : news[name] === undefined ? DELETE : UPDATE;
        // Each kind is followed by its replacing twin.
        detail.setKind(result.replaces.includes(name) ? kind + 1 : kind);
        response.getDetaileddiffMap().set(name, detail);
      }
      return response;
    }),
    create: unary<pb.CreateRequest, pb.CreateResponse>(async (request) => {
      const type = typeOf(request.getUrn());
      const all = fromStruct(request.getProperties());
      const inputs = withoutDefaults(all);
      const response = new pb.CreateResponse();
      if (request.getPreview()) {
        response.setProperties(toStruct(previewCreate(type, inputs)));
        return response;
      }
      if (hasUnknown(inputs)) throw new Error("an input is still unknown outside a preview");
      const call = callOf(request.getTimeout());
      try {
        const made = await type.create(call, inputs);
        const found =
          made.outputs === undefined
            ? await readNew(() => type.read(call, made.id, inputs), made.id)
            : { id: made.id, outputs: made.outputs };
        response.setId(found.id);
        response.setProperties(toStruct(found.outputs));
        return response;
      } catch (error) {
        if (!(error instanceof InitFailure)) throw error;
        const live = await type.read(call, error.id, inputs).catch(() => undefined);
        throw new FailedCall(failure(error, all, live?.outputs ?? inputs));
      }
    }),
    read: unary<pb.ReadRequest, pb.ReadResponse>(async (request) => {
      const type = typeOf(request.getUrn());
      const state = fromStruct(request.getProperties());
      const call = callOf(request.getTimeout(), state);
      const found = await type.read(call, request.getId(), state);
      const response = new pb.ReadResponse();
      if (found === undefined) return response;
      response.setId(found.id);
      response.setProperties(toStruct(found.outputs));
      const inputs = liveInputs(type, found.outputs, fromStruct(request.getInputs()));
      response.setInputs(toStruct(inputs));
      return response;
    }),
    update: unary<pb.UpdateRequest, pb.UpdateResponse>(async (request) => {
      const type = typeOf(request.getUrn());
      const id = request.getId();
      const olds = fromStruct(request.getOlds());
      const all = fromStruct(request.getNews());
      const news = withoutDefaults(all);
      const response = new pb.UpdateResponse();
      if (request.getPreview()) {
        response.setProperties(toStruct(previewUpdate(type, olds, news)));
        return response;
      }
      const call = callOf(request.getTimeout(), olds);
      const { changed } = diff(type, olds, all, request.getIgnorechangesList());
      const written = await type.update?.(call, id, { olds, news, changed });
      if (written !== undefined) {
        response.setProperties(toStruct(written));
        return response;
      }
      const found = await type.read(call, id, { ...olds, ...news });
      if (found === undefined) throw new Error(`updating ${id}: couldn't find resource`);
      response.setProperties(toStruct(found.outputs));
      return response;
    }),
    delete: unary<pb.DeleteRequest, empties.Empty>(async (request) => {
      const type = typeOf(request.getUrn());
      const state = fromStruct(request.getProperties());
      await type.delete(callOf(request.getTimeout(), state), request.getId(), state);
      return new empties.Empty();
    }),
  };
}

/** Starts the server on a free loopback port and prints it, as the engine expects. */
export async function serveProvider<C>(spec: ProviderSpec<C>): Promise<void> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  server.addService(services.ResourceProviderService, implementation(spec));
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  process.stdout.write(`${port}\n`);
  // The engine ends plugins with a signal, which would lose the compile cache.
  setImmediate(flushCompileCache);
  const parent = process.ppid;
  // An engine that was killed says no goodbye.
  setInterval(() => process.ppid === parent || process.exit(0), 1_000).unref();
}
