/** Parameters: put, get, list, delete, tag. Secure values are sealed before they are kept. */
import * as z from "zod";
import type { Vault } from "../../store.ts";
import { accountId } from "../account.ts";
import { ApiError } from "../error.ts";
import type { Parameter, RegionState, Tags } from "../state.ts";
import {
  describeInput,
  nameInput,
  namesInput,
  type pageInput,
  pathInput,
  putInput,
  resourceInput,
  tagList,
} from "./inputs.ts";

export interface SsmCall {
  region: RegionState;
  regionName: string;
  vault: Vault;
  /** Milliseconds on the sandbox clock. */
  now: number;
}

export type SsmHandler = (call: SsmCall, input: unknown) => unknown;

/** Bytes of a value: standard 4 KB, advanced 8 KB (SSM API, PutParameter). */
const maxBytes = { Standard: 4096, Advanced: 8192 };

export const ssmHandlers: Readonly<Record<string, SsmHandler>> = {
  PutParameter(call, input) {
    const put = putInput.parse(input);
    const { parameters } = call.region;
    const old = parameters[put.Name];
    if (old !== undefined && put.Overwrite !== true) {
      throw new ApiError(
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in the " +
          "request to true.",
      );
    }
    if (put.Overwrite === true && put.Tags !== undefined) {
      throw validation("Tags and Overwrite can't be used together.");
    }
    const type = put.Type ?? old?.type;
    if (type === undefined) throw validation("A parameter type is required to create a parameter.");
    const bytes = Buffer.byteLength(put.Value);
    if (bytes === 0) throw validation("The value must have a length of at least 1.");
    const automatic = bytes > maxBytes.Standard ? "Advanced" : "Standard";
    const asked = put.Tier ?? (old?.tier === "Advanced" ? "Advanced" : "Standard");
    const tier = asked === "Intelligent-Tiering" ? automatic : asked;
    if (bytes > maxBytes[tier]) {
      throw validation(
        `${tier} tier parameters support a maximum of ${maxBytes[tier]} characters.`,
      );
    }
    if (put.AllowedPattern !== undefined && !new RegExp(put.AllowedPattern).test(put.Value)) {
      throw new ApiError(
        "ParameterPatternMismatchException",
        "The parameter value does not match the allowed pattern.",
      );
    }
    const keyId = put.KeyId ?? old?.keyId ?? "alias/aws/ssm";
    const description = put.Description ?? old?.description;
    const parameter: Parameter = {
      name: put.Name,
      type,
      value: type === "SecureString" ? call.vault.seal(put.Value) : put.Value,
      version: (old?.version ?? 0) + 1,
      lastModified: call.now,
      tier,
      dataType: put.DataType ?? "text",
      tags: old?.tags ?? toTags(put.Tags ?? []),
      ...(type === "SecureString" ? { keyId } : {}),
      ...(description === undefined ? {} : { description }),
      ...(put.AllowedPattern === undefined ? {} : { allowedPattern: put.AllowedPattern }),
    };
    parameters[put.Name] = parameter;
    return { Version: parameter.version, Tier: tier };
  },

  GetParameter(call, input) {
    const { Name, WithDecryption } = nameInput.parse(input);
    return { Parameter: view(call, need(call, Name), WithDecryption) };
  },

  GetParameters(call, input) {
    const { Names, WithDecryption } = namesInput.parse(input);
    const found = Names.flatMap((name) => call.region.parameters[name] ?? []);
    return {
      Parameters: found.map((parameter) => view(call, parameter, WithDecryption)),
      InvalidParameters: Names.filter((name) => call.region.parameters[name] === undefined),
    };
  },

  GetParametersByPath(call, input) {
    const { Path, Recursive, WithDecryption, ...paging } = pathInput.parse(input);
    const root = Path.endsWith("/") ? Path : `${Path}/`;
    const found = sortedParameters(call).filter(
      ({ name }) =>
        name.startsWith(root) && (Recursive === true || !name.slice(root.length).includes("/")),
    );
    const { items, ...rest } = page(found, paging, 10);
    return { Parameters: items.map((item) => view(call, item, WithDecryption)), ...rest };
  },

  DeleteParameter(call, input) {
    const { Name } = nameInput.parse(input);
    need(call, Name);
    delete call.region.parameters[Name];
    return {};
  },

  DeleteParameters(call, input) {
    const { Names } = namesInput.parse(input);
    const known = Names.filter((name) => call.region.parameters[name] !== undefined);
    for (const name of known) delete call.region.parameters[name];
    return {
      DeletedParameters: known,
      InvalidParameters: Names.filter((name) => !known.includes(name)),
    };
  },

  DescribeParameters(call, input) {
    const { ParameterFilters = [], ...paging } = describeInput.parse(input);
    const found = sortedParameters(call).filter((parameter) =>
      ParameterFilters.every(({ Key, Option, Values = [] }) =>
        matches(parameter, Key, Option, Values),
      ),
    );
    const { items, ...rest } = page(found, paging, 50);
    return { Parameters: items.map((item) => metadata(call, item)), ...rest };
  },

  AddTagsToResource(call, input) {
    const { ResourceId, Tags } = resourceInput.extend({ Tags: tagList }).parse(input);
    Object.assign(needTagged(call, ResourceId).tags, toTags(Tags));
    return {};
  },

  RemoveTagsFromResource(call, input) {
    const { ResourceId, TagKeys } = resourceInput
      .extend({ TagKeys: z.array(z.string()) })
      .parse(input);
    const { tags } = needTagged(call, ResourceId);
    for (const key of TagKeys) delete tags[key];
    return {};
  },

  ListTagsForResource(call, input) {
    const { tags } = needTagged(call, resourceInput.parse(input).ResourceId);
    return { TagList: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  },
};

function validation(message: string): ApiError {
  return new ApiError("ValidationException", message);
}

function toTags(list: z.infer<typeof tagList>): Tags {
  return Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
}

function need({ region }: SsmCall, name: string): Parameter {
  const found = region.parameters[name];
  if (found !== undefined) return found;
  throw new ApiError("ParameterNotFound", `Parameter ${name} not found.`);
}

function needTagged({ region }: SsmCall, name: string): Parameter {
  const found = region.parameters[name];
  if (found !== undefined) return found;
  throw new ApiError("InvalidResourceId", "The resource ID isn't valid.");
}

function sortedParameters({ region }: SsmCall): Parameter[] {
  return Object.values(region.parameters).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function matches(parameter: Parameter, key: string, option: string | undefined, values: string[]) {
  if (key === "Name") {
    const test = (value: string) =>
      option === "BeginsWith"
        ? parameter.name.startsWith(value)
        : option === "Contains"
          ? parameter.name.includes(value)
          : parameter.name === value;
    return values.some(test);
  }
  if (key === "Type") return values.includes(parameter.type);
  if (key === "Path") return values.some((value) => parameter.name.startsWith(`${value}/`));
  if (key.startsWith("tag:")) return values.includes(parameter.tags[key.slice(4)] ?? "");
  throw new ApiError("InvalidFilterKey", "The specified key isn't valid.");
}

function page<T>(all: readonly T[], asked: z.infer<typeof pageInput>, most: number) {
  const from = Number(asked.NextToken ?? 0);
  const to = from + Math.min(asked.MaxResults ?? most, most);
  const more = to < all.length ? { NextToken: String(to) } : {};
  return { items: all.slice(from, to), ...more };
}

export function arn({ regionName }: Pick<SsmCall, "regionName">, name: string): string {
  const slash = name.startsWith("/") ? "" : "/";
  return `arn:aws:ssm:${regionName}:${accountId}:parameter${slash}${name}`;
}

/** What is still sealed looks like KMS's cipher text to the caller. */
function view(call: SsmCall, parameter: Parameter, decrypt = false) {
  const { name, type, value, version, lastModified, dataType } = parameter;
  return {
    Name: name,
    Type: type,
    Value: type === "SecureString" && decrypt ? call.vault.open(value) : value,
    Version: version,
    LastModifiedDate: lastModified / 1000,
    ARN: arn(call, name),
    DataType: dataType,
  };
}

function metadata(call: SsmCall, parameter: Parameter) {
  return {
    Name: parameter.name,
    ARN: arn(call, parameter.name),
    Type: parameter.type,
    KeyId: parameter.keyId,
    LastModifiedDate: parameter.lastModified / 1000,
    LastModifiedUser: `arn:aws:iam::${accountId}:user/sandbox`,
    Description: parameter.description,
    AllowedPattern: parameter.allowedPattern,
    Version: parameter.version,
    Tier: parameter.tier,
    Policies: [],
    DataType: parameter.dataType,
  };
}
