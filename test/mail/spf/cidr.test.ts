import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coverIp4 } from "../../../mail/spf/cidr.ts";

const text = (number: number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");

/** First address and size of a network. */
function bounds(network: string): [number, number] {
  const [address = "", prefix = "32"] = network.split("/");
  const start = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return [start, 2 ** (32 - Number(prefix))];
}

describe("the cover of own addresses", () => {
  it.each([
    [[], []],
    [["192.0.2.9"], ["192.0.2.9"]],
    [["192.0.2.5", "192.0.2.4", "192.0.2.5"], ["192.0.2.4/31"]],
    // Contiguous, but no network begins at an odd address.
    [
      ["192.0.2.5", "192.0.2.6"],
      ["192.0.2.5", "192.0.2.6"],
    ],
    [
      ["192.0.2.0", "192.0.2.1", "192.0.2.2"],
      ["192.0.2.0/31", "192.0.2.2"],
    ],
    [
      ["255.255.255.255", "255.255.255.254", "0.0.0.0"],
      ["0.0.0.0", "255.255.255.254/31"],
    ],
  ])("%j → %j", (addresses, networks) => {
    expect(coverIp4(addresses)).toEqual(networks);
  });

  it("joins a whole /24", () => {
    const all = Array.from({ length: 256 }, (_, last) => `198.51.100.${last}`);
    expect(coverIp4(all)).toEqual(["198.51.100.0/24"]);
  });

  it("holds exactly the addresses, with as few networks as can be", () => {
    const near = fc.integer({ min: 0xc0000200, max: 0xc000027f });
    fc.assert(
      fc.property(fc.array(near, { maxLength: 120 }), (numbers) => {
        const wanted = new Set(numbers);
        const networks = coverIp4(numbers.map(text));
        const covered = networks.flatMap((network) => {
          const [start, size] = bounds(network);
          expect(start % size).toBe(0);
          return Array.from({ length: size }, (_, offset) => start + offset);
        });
        expect(covered).toEqual([...wanted].sort((a, b) => a - b));
        // Fewest: the network around each one, twice its size, always holds an address that is not ours.
        for (const network of networks) {
          const [start, size] = bounds(network);
          const wider = start - (start % (size * 2));
          const whole = Array.from({ length: size * 2 }, (_, offset) => wider + offset);
          expect(whole.every((address) => wanted.has(address))).toBe(false);
        }
      }),
    );
  });

  it("refuses what is no address", () => {
    expect(() => coverIp4(["192.0.2.1", "192.0.2.01"])).toThrow(/192\.0\.2\.01.*no IPv4/);
  });
});
