/** The official side: Terraform or OpenTofu with the official providers. */
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { REPOSITORY, SANDBOX_CREDENTIALS } from "../../sandbox/project.ts";
import { camel, FUNCTIONS, type Props, snake, TYPES, toPulumi, toTerraform } from "./names.ts";
import type { SuitedResource } from "./resources.ts";
import {
  type Change,
  type ExistingResource,
  type Outcome,
  preparedSandbox,
  type Side,
} from "./side.ts";
import type { ProviderName, Tool } from "./tools.ts";

export type Providers = Partial<Record<ProviderName, Tool>>;

/** Schemas by Terraform's type: `{ block: { attributes, block_types } }`. */
export interface Schemas {
  resources: Record<string, Schema>;
  data: Record<string, Schema>;
}

export interface Schema {
  block: {
    attributes?: Record<string, Attribute>;
    block_types?: Record<string, { nesting_mode: string }>;
  };
}

export interface Attribute {
  type?: unknown;
  nested_type?: unknown;
  required?: boolean;
  optional?: boolean;
  computed?: boolean;
}

export interface TerraformSide extends Side {
  /** Whether the AWS provider is of a major version before the one that @pulumi/aws wraps. */
  isOld: boolean;
  schemas(): Promise<Schemas>;
}

const SOURCES = { aws: "hashicorp/aws", cloudflare: "cloudflare/cloudflare" };

export async function terraformSide(cli: Tool, providers: Providers): Promise<TerraformSide> {
  const { sandbox, ids, ec2 } = await preparedSandbox();
  const folder = join(REPOSITORY, ".sandbox", "official", `terraform-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const rc = join(folder, "terraform.rc");
  const overrides = Object.entries(providers).map(
    ([name, { path }]) => `    "${SOURCES[name as ProviderName]}" = "${dirname(path)}"`,
  );
  writeFileSync(
    rc,
    `provider_installation {\n  dev_overrides {\n${overrides.join("\n")}\n  }\n  direct {}\n}\n`,
  );
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, CLOUDFLARE_API_TOKEN } = SANDBOX_CREDENTIALS;
  const { url, cloudflareUrl } = sandbox;
  const configured = {
    aws: {
      region: "us-east-1",
      access_key: AWS_ACCESS_KEY_ID,
      secret_key: AWS_SECRET_ACCESS_KEY,
      endpoints: [{ ec2: url, sts: url, ssm: url }],
      skip_metadata_api_check: "true",
    },
    cloudflare: { api_token: CLOUDFLARE_API_TOKEN, base_url: cloudflareUrl },
  };
  const present = Object.keys(providers) as ProviderName[];
  const pick = (all: Record<string, unknown>) =>
    Object.fromEntries(present.map((name) => [name, all[name]]));
  const base = {
    terraform: {
      required_providers: pick({
        aws: { source: SOURCES.aws },
        cloudflare: { source: SOURCES.cloudflare },
      }),
    },
    provider: pick(configured),
  };
  const run = (...args: string[]) => command(cli.path, args, folder, rc);
  const must = async (...args: string[]) => {
    const ended = await run(...args);
    if (!ended.ok) throw new Error(`${args.join(" ")}: ${ended.said}`);
    return ended.out;
  };
  const schemas = async (): Promise<Schemas> => {
    write({});
    const { provider_schemas: all } = JSON.parse(await must("providers", "schema", "-json")) as {
      provider_schemas: Record<
        string,
        { resource_schemas: Record<string, Schema>; data_source_schemas: Record<string, Schema> }
      >;
    };
    return {
      resources: Object.assign({}, ...Object.values(all).map((each) => each.resource_schemas)),
      data: Object.assign({}, ...Object.values(all).map((each) => each.data_source_schemas)),
    };
  };
  let known: Schemas | undefined;
  const write = (more: Record<string, unknown>) =>
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ ...base, ...more }));
  const writeResources = async (resources: readonly SuitedResource[], more = {}) => {
    known ??= await schemas();
    const resource: Record<string, Record<string, Props>> = {};
    for (const { name, type, inputs } of resources) {
      const terraform = TYPES[type] ?? "";
      resource[terraform] ??= {};
      Object.assign(resource[terraform], { [name]: fitted(terraform, toTerraform(inputs), known) });
    }
    write({ resource, ...more });
  };
  const forget = async () => {
    for (const file of ["terraform.tfstate", "terraform.tfstate.backup"]) {
      rmSync(join(folder, file), { force: true });
    }
  };
  const flags = ["-input=false", "-no-color"];

  return {
    isOld: providers.aws?.version.startsWith("5.") === true,
    sandbox,
    ids,
    ec2,
    schemas,
    async up(resources) {
      await writeResources(resources);
      return run("apply", "-auto-approve", "-refresh=false", ...flags);
    },
    async plan(resources, refresh) {
      await writeResources(resources);
      await must("plan", "-out=plan", `-refresh=${refresh}`, "-lock=false", ...flags);
      return changesIn(JSON.parse(await must("show", "-json", "plan")));
    },
    async refresh(resources) {
      await writeResources(resources);
      return run("apply", "-refresh-only", "-auto-approve", ...flags);
    },
    async state() {
      const shown: Shown = JSON.parse(await must("show", "-json"));
      return new Map(
        (shown.values?.root_module?.resources ?? []).map(
          ({ name, values }): [string, ExistingResource] => [
            name,
            { id: String(values["id"]), values: toPulumi(values) },
          ],
        ),
      );
    },
    async import(resources, found) {
      const blocks = resources.map(({ name, type }) => ({
        to: `${TYPES[type]}.${name}`,
        id: found.get(name),
      }));
      await writeResources(resources, { import: blocks });
      return run("apply", "-auto-approve", ...flags);
    },
    destroy: () => run("destroy", "-auto-approve", "-refresh=false", ...flags),
    forget,
    async lookUp(all) {
      const data: Record<string, Record<string, Props>> = {};
      for (const { name, token, args } of all) {
        const type = FUNCTIONS[token] ?? "";
        data[type] ??= {};
        Object.assign(data[type], { [name]: toTerraform(args) });
      }
      write({ data });
      await must("apply", "-auto-approve", ...flags);
      const shown: Shown = JSON.parse(await must("show", "-json"));
      const found = (shown.values?.root_module?.resources ?? []).map(
        ({ name, values }): [string, Props] => [name, toPulumi(values)],
      );
      await forget();
      return new Map(found);
    },
    async close() {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Shown {
  values?: { root_module?: { resources?: { name: string; values: Props }[] } };
}

interface PlanJson {
  resource_changes?: {
    name: string;
    mode: string;
    change: { actions: string[]; replace_paths?: (string | number)[][] };
  }[];
}

function changesIn({ resource_changes: all = [] }: PlanJson): Map<string, Change> {
  return new Map(
    all
      .filter(({ mode }) => mode === "managed")
      .map(({ name, change }): [string, Change] => {
        const { actions, replace_paths: paths = [] } = change;
        const action =
          actions.length > 1 ? "replace" : actions[0] === "no-op" ? "none" : actions[0];
        const replaces = paths.map(([first]) => camel(String(first))).sort();
        return [name, { action: action as Change["action"], replaces: [...new Set(replaces)] }];
      }),
  );
}

/** Older providers know the primary interface by another block. */
function fitted(type: string, inputs: Props, { resources }: Schemas): Props {
  const { primary_network_interface: primary, ...rest } = inputs;
  if (type !== "aws_instance" || !Array.isArray(primary)) return inputs;
  const blocks = resources[type]?.block.block_types ?? {};
  if (snake("primaryNetworkInterface") in blocks) return inputs;
  return { ...rest, network_interface: [{ ...primary[0], device_index: 0 }] };
}

function command(
  path: string,
  args: readonly string[],
  cwd: string,
  rc: string,
): Promise<Outcome & { out: string }> {
  const env = {
    ...process.env,
    TF_CLI_CONFIG_FILE: rc,
    TF_IN_AUTOMATION: "1",
    CHECKPOINT_DISABLE: "1",
  };
  const child = spawn(path, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let said = "";
  child.stdout.on("data", (data: Buffer) => {
    out += data.toString();
    said += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    said += data.toString();
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ ok: code === 0, out, said }));
  });
}
