/** Runs a provider plugin as the engine does, and speaks the provider protocol to it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import { onTestFinished } from "vitest";

export type Props = Record<string, structs.JavaScriptValue>;

/** An error of the plugin, with what it says of a resource that exists but is not finished. */
export class PluginError extends Error {
  readonly initFailed: { id: string; state: Props } | undefined;
  constructor(error: grpc.ServiceError) {
    super(error.details);
    const [bytes] = error.metadata?.get("grpc-status-details-bin") ?? [];
    if (!(bytes instanceof Buffer)) return;
    const [any] = statuses.Status.deserializeBinary(bytes).getDetailsList();
    if (any === undefined) return;
    const detail = pb.ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
    this.initFailed = { id: detail.getId(), state: js(detail.getProperties()) };
  }
}

const struct = (props: Props) => structs.Struct.fromJavaScript(props);
const js = (value: structs.Struct | undefined): Props => value?.toJavaScript() ?? {};

type Reply<T> = (error: grpc.ServiceError | null, response: T) => void;

function ask<T>(call: (reply: Reply<T>) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, response) => (error ? reject(new PluginError(error)) : resolve(response)));
  });
}

export interface Diff {
  changes: boolean;
  diffs: string[];
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** One resource of one plugin, with the requests that the engine would send about it. */
export class Plugin {
  readonly process: ChildProcess;
  private readonly client: services.ResourceProviderClient;

  private constructor(process: ChildProcess, port: number) {
    this.process = process;
    const credentials = grpc.credentials.createInsecure();
    this.client = new services.ResourceProviderClient(`127.0.0.1:${port}`, credentials);
    onTestFinished(() => {
      this.client.close();
      process.kill();
    });
  }

  static async start(name: "aws" | "cloudflare", env: Record<string, string>): Promise<Plugin> {
    const main = fileURLToPath(new URL(`../../sandbox/providers/${name}/main.ts`, import.meta.url));
    const cache = process.env["NODE_COMPILE_CACHE"];
    const child = spawn(process.execPath, [main, "127.0.0.1:1"], {
      env: { HOME: "/nonexistent", ...(cache && { NODE_COMPILE_CACHE: cache }), ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = await once(createInterface(child.stdout), "line");
    return new Plugin(child, Number(port));
  }

  private urn(type: string, name: string): string {
    return `urn:pulumi:test::sendips::sendips:index:SendingIp$${type}::${name}`;
  }

  async version(): Promise<string> {
    const info = await ask((reply: Reply<{ getVersion(): string }>) =>
      this.client.getPluginInfo(new empties.Empty(), reply),
    );
    return info.getVersion();
  }

  async configure(config: Record<string, string>): Promise<pb.ConfigureResponse.AsObject> {
    const request = new pb.ConfigureRequest();
    request.setArgs(struct(config));
    const response = await ask((reply: Reply<pb.ConfigureResponse>) =>
      this.client.configure(request, reply),
    );
    return response.toObject();
  }

  async check(type: string, news: Props, olds: Props = {}, name = "tx1") {
    const request = new pb.CheckRequest();
    request.setUrn(this.urn(type, name));
    request.setNews(struct(news));
    request.setOlds(struct(olds));
    request.setRandomseed(Buffer.from("abcdef0123", "hex"));
    const response = await ask((reply: Reply<pb.CheckResponse>) =>
      this.client.check(request, reply),
    );
    const failures = response.getFailuresList().map((each) => each.toObject());
    return { inputs: js(response.getInputs()), failures };
  }

  async diff(type: string, olds: Props, news: Props, ignoreChanges: string[] = []): Promise<Diff> {
    const request = new pb.DiffRequest();
    request.setUrn(this.urn(type, "tx1"));
    request.setOlds(struct(olds));
    request.setNews(struct(news));
    request.setIgnorechangesList(ignoreChanges);
    const response = await ask((reply: Reply<pb.DiffResponse>) => this.client.diff(request, reply));
    return {
      changes: response.getChanges() === pb.DiffResponse.DiffChanges.DIFF_SOME,
      diffs: response.getDiffsList(),
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  async create(type: string, inputs: Props, preview = false) {
    const request = new pb.CreateRequest();
    request.setUrn(this.urn(type, "tx1"));
    request.setProperties(struct(inputs));
    request.setPreview(preview);
    const response = await ask((reply: Reply<pb.CreateResponse>) =>
      this.client.create(request, reply),
    );
    return { id: response.getId(), state: js(response.getProperties()) };
  }

  async read(type: string, id: string, state: Props = {}, inputs: Props = {}) {
    const request = new pb.ReadRequest();
    request.setUrn(this.urn(type, "tx1"));
    request.setId(id);
    request.setProperties(struct(state));
    request.setInputs(struct(inputs));
    const response = await ask((reply: Reply<pb.ReadResponse>) => this.client.read(request, reply));
    const found = { state: js(response.getProperties()), inputs: js(response.getInputs()) };
    return { id: response.getId(), ...found };
  }

  async update(type: string, id: string, olds: Props, news: Props, preview = false) {
    const request = new pb.UpdateRequest();
    request.setUrn(this.urn(type, "tx1"));
    request.setId(id);
    request.setOlds(struct(olds));
    request.setNews(struct(news));
    request.setPreview(preview);
    const response = await ask((reply: Reply<pb.UpdateResponse>) =>
      this.client.update(request, reply),
    );
    return js(response.getProperties());
  }

  async delete(type: string, id: string, state: Props = {}): Promise<void> {
    const request = new pb.DeleteRequest();
    request.setUrn(this.urn(type, "tx1"));
    request.setId(id);
    request.setProperties(struct(state));
    await ask((reply: Reply<empties.Empty>) => this.client.delete(request, reply));
  }

  async invoke(token: string, args: Props): Promise<Props> {
    const request = new pb.InvokeRequest();
    request.setTok(token);
    request.setArgs(struct(args));
    const response = await ask((reply: Reply<pb.InvokeResponse>) =>
      this.client.invoke(request, reply),
    );
    return js(response.getReturn());
  }
}
