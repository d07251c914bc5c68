/** A state that is read while the engine writes it: what the engine says of it then is its own. */
import { expect, test } from "vitest";
import { settled } from "../../components/engine.ts";

const HALF_WRITTEN =
  "invocation of pulumi:pulumi:readStackResourceOutputs returned an error: failed to load checkpoint: EOF";

/** A read that fails with each message in turn, and then succeeds. */
function failing(...messages: string[]): { read: () => Promise<string>; left: string[] } {
  const left = [...messages];
  const read = async () => {
    const message = left.shift();
    if (message !== undefined) throw new Error(message);
    return "resources";
  };
  return { read, left };
}

test("a file that is being written is read again", async () => {
  const { read } = failing(HALF_WRITTEN, HALF_WRITTEN);
  expect(await settled(read, { pause: 1 })).toBe("resources");
});

test("one that stays broken is an error in the engine's words", async () => {
  const { read } = failing(...Array.from({ length: 4 }, () => HALF_WRITTEN));
  await expect(settled(read, { tries: 3, pause: 1 })).rejects.toThrow(HALF_WRITTEN);
});

test("anything else is no matter of waiting", async () => {
  const { read, left } = failing("no such stack", "asked twice");
  await expect(settled(read, { pause: 1 })).rejects.toThrow("no such stack");
  expect(left).toEqual(["asked twice"]);
});
