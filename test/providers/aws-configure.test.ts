import { expect, test } from "vitest";
import { Plugin } from "./plugin.ts";

const EIP = "aws:ec2/eip:Eip";
const KEYS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };

test("says who it is and keeps secrets to the engine", async () => {
  const plugin = await Plugin.start("aws", KEYS);
  expect(await plugin.version()).toBe("7.48.0");
  const answer = await plugin.configure({ region: "us-east-1" });
  expect(answer).toMatchObject({ supportspreview: true, acceptsecrets: false });
});

test("configuration errors say how to correct them", async () => {
  const keyless = await Plugin.start("aws", {});
  await expect(keyless.configure({})).rejects.toThrow(/aws:region/);
  await expect(keyless.configure({ region: "us-east-1" })).rejects.toThrow(
    /No valid credential sources found.*AWS_ACCESS_KEY_ID/,
  );
  const plugin = await Plugin.start("aws", KEYS);
  const nowhere = "http://127.0.0.1:1";
  const endpoints = JSON.stringify([{ ec2: nowhere, sts: nowhere }]);
  await plugin.configure({ region: "us-east-1", endpoints, maxRetries: "0" });
  await expect(plugin.create(EIP, {})).rejects.toThrow(
    /cannot reach http:\/\/127.0.0.1:1: connection refused; is anything listening there\?/,
  );
});
