/**
 * A working copy of the project for the sandbox: the stack files are copied, so that the checkout
 * stays clean, and the program is linked, so that an edit of it takes effect at once.
 */
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, parseDocument } from "yaml";
import { mapOf, member, memberAt } from "../core/maps.ts";

/** Where the sandbox listens, as the stacks' config must name it. */
export interface Endpoints {
  /** `http://127.0.0.1:<port>`: EC2, STS and SSM. */
  url: string;
  /** `http://127.0.0.1:<port>/client/v4` */
  cloudflareUrl: string;
  dns: { host: string; port: number };
}

/** The checkout that this file belongs to. */
export const REPOSITORY = join(import.meta.dirname, "..");

/** Credentials that the sandbox takes; real clouds would refuse them. */
export const SANDBOX_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "AKIASANDBOXSANDBOX00",
  AWS_SECRET_ACCESS_KEY: "sandbox",
  CLOUDFLARE_API_TOKEN: "sandbox-token-0123456789abcdefghijklmnop",
} as const;

/** The zones that the project's operator publishes in Cloudflare, as the sandbox must serve them. */
export async function cloudflareZones(
  repository = REPOSITORY,
): Promise<{ name: string; id: string }[]> {
  const project: unknown = parse(await readFile(join(repository, "Pulumi.yaml"), "utf8"));
  const zones = memberAt(project, ["config", "sendips:zones", "value"]);
  return Object.entries(mapOf(zones)).flatMap(([name, zone]) => {
    const id = member(zone, "cloudflare");
    return typeof id === "string" ? [{ name, id }] : [];
  });
}

/**
 * Makes the copy in `folder`, which is emptied first. It must lie inside the repository, so that the
 * packages are found above it.
 */
export async function copyProject(folder: string, endpoints: Endpoints): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const file of ["index.ts", "runtime.cjs", "package.json", "cli"]) {
    await symlink(join(REPOSITORY, file), join(folder, file));
  }
  await cp(join(REPOSITORY, "stacks"), join(folder, "stacks"), { recursive: true });
  await cp(join(REPOSITORY, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  await pointAtSandbox(folder, endpoints);
}

/** Has a project's stacks ask the sandbox in place of the clouds. */
export async function pointAtSandbox(folder: string, endpoints: Endpoints): Promise<void> {
  const file = join(folder, "Pulumi.yaml");
  const project = parseDocument(await readFile(file, "utf8"));
  const set = (key: string, value: unknown) => project.setIn(["config", key], { value });
  const { url, cloudflareUrl, dns } = endpoints;
  set("aws:endpoints", [{ ec2: url, sts: url, ssm: url }]);
  set("aws:skipMetadataApiCheck", true);
  set("cloudflare:baseUrl", cloudflareUrl);
  set("sendips:dns", { servers: [`${dns.host}:${dns.port}`] });
  await writeFile(file, project.toString());
}
