/** Reverse zones: EC2's state through `dig` and through Node's resolver. */
import * as ec2 from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { addRecord, ec2For, need } from "./aws.ts";
import { needCommand } from "./commands.ts";
import { dig, dnsCodeOf, resolverFor } from "./dns.ts";
import { sandboxForTest, type TestSandbox } from "./support.ts";

const MINUTE = 60_000;
const NAME = "tx1.mail.acme.example";

async function addressOf(sandbox: TestSandbox, name = NAME) {
  const client = ec2For(sandbox);
  const { AllocationId, PublicIp } = await client.send(new ec2.AllocateAddressCommand({}));
  const publicIp = need(PublicIp);
  await addRecord(sandbox, name, publicIp);
  await sandbox.advance(MINUTE);
  const set = (DomainName: string) =>
    client.send(new ec2.ModifyAddressAttributeCommand({ AllocationId, DomainName }));
  const reset = () =>
    client.send(new ec2.ResetAddressAttributeCommand({ AllocationId, Attribute: "domain-name" }));
  return { client, publicIp, set, reset };
}

const delays = { dnsPropagation: MINUTE, ptrPending: MINUTE, ptrLinger: 10 * MINUTE };

describe("reverse names", () => {
  it("answer with the live name: not while pending, and until a reset takes effect", async () => {
    const sandbox = await sandboxForTest({ delays });
    const { publicIp, set, reset } = await addressOf(sandbox);
    const resolver = resolverFor(sandbox);
    const ask = () => resolver.reverse(publicIp);
    expect(await dnsCodeOf(ask())).toBe("ENOTFOUND");
    await set(NAME);
    expect(await dnsCodeOf(ask())).toBe("ENOTFOUND");
    await sandbox.advance(MINUTE);
    expect(await ask()).toEqual([NAME]);

    await addRecord(sandbox, "tx2.mail.acme.example", publicIp);
    await sandbox.advance(MINUTE);
    await set("tx2.mail.acme.example");
    expect(await ask()).toEqual([NAME]);
    await sandbox.advance(MINUTE);
    expect(await ask()).toEqual(["tx2.mail.acme.example"]);

    await reset();
    expect(await ask()).toEqual(["tx2.mail.acme.example"]);
    await sandbox.advance(MINUTE);
    expect(await dnsCodeOf(ask())).toBe("ENOTFOUND");
  });

  it("are served for every range that addresses come from", async () => {
    const sandbox = await sandboxForTest({ delays });
    const resolver = resolverFor(sandbox);
    for (const [index, from] of [0, 256, 512, 512 + 65_536].entries()) {
      sandbox.world.state.aws.nextAddress = from;
      const name = `tx${index}.mail.acme.example`;
      const { publicIp, set } = await addressOf(sandbox, name);
      await set(name);
      await sandbox.advance(MINUTE);
      expect(await resolver.reverse(publicIp), publicIp).toEqual([name]);
    }
  });

  it("come to dig -x with the zone's own authority", async (context) => {
    await needCommand(context, ["dig", "-v"]);
    const sandbox = await sandboxForTest({ delays });
    const { publicIp, set } = await addressOf(sandbox);
    await set(NAME);
    await sandbox.advance(MINUTE);
    const owner = `${publicIp.split(".").reverse().join(".")}.in-addr.arpa.`;
    const found = await dig(sandbox, "-x", publicIp);
    expect(found).toMatchObject({ status: "NOERROR", answer: [`${owner} 300 IN PTR ${NAME}.`] });
    expect(found.flags).toContain("aa");
    const none = await dig(sandbox, "-x", "198.51.100.250");
    expect(none.status).toBe("NXDOMAIN");
    expect(none.authority[0]).toMatch(/^100\.51\.198\.in-addr\.arpa\. 60 IN SOA /);
    expect((await dig(sandbox, "-x", "10.0.1.10")).status).toBe("REFUSED");
    const zone = await dig(sandbox, "100.51.198.in-addr.arpa", "NS");
    expect(zone.answer).toHaveLength(2);
  });
});
