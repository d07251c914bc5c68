/**
 * What pyspf, checkdmarc and dkimpy say of published records, against what we say of them. Each
 * golden tenant is published in a sandbox of its own, and every question is asked over its DNS.
 */
import { expect, test } from "vitest";
import { checkHost } from "../../mail/spf/evaluate.ts";
import type { SpfResult } from "../../mail/spf/types.ts";
import { type Answers, ask, type Questions } from "./ask.ts";
import { type Mail, mailsOf } from "./mails.ts";
import { checkdmarcQuestions, filesHosts, ourAnswers } from "./ours.ts";
import { publish } from "./publish.ts";
import { spfResolver } from "./resolver.ts";
import { goldenTenant, signersOf } from "./tenant.ts";
import { needPeers } from "./venv.ts";

const TENANTS = [
  "customer-zone-delegated-dkim",
  "dkim-revoked",
  "dkim-rotation",
  "dmarc-organisational",
  "dmarc-quarantine-test",
  "everything",
  "hundred-addresses",
  "hundred-addresses-macro",
  "internationalised-domain",
  "never-mails",
  "spf-google-workspace",
  "spf-microsoft-365-sendgrid",
  "spf-ranges",
];

// The first test may have to make the Python environment.
test.for(TENANTS)("others agree on %s", { timeout: 600_000 }, async (name, context) => {
  const python = await needPeers(context);
  const tenant = goldenTenant(name);
  const published = await publish(tenant);
  const mails = mailsOf(tenant, published.ips);
  const signers = signersOf(tenant);
  const records = checkdmarcQuestions(tenant, published);
  const { answers, blocked } = await ask(python, published.sandbox, {
    ...records,
    check_host: mails.map(({ ip, sender, helo }) => ({ ip, sender, helo })),
    dkim: signers.map(({ valid, ...signer }) => signer),
  } satisfies Questions);

  const { check_host, dkim, ...checkdmarc } = answers;
  expectSameResults(mails, check_host, await evaluated(mails, published));
  // Soft: who else disagrees is worth knowing too.
  expect.soft(checkdmarc, "checkdmarc").toMatchObject(ourAnswers(tenant, published, records));
  expect
    .soft(
      dkim.map(({ verified, tampered }) => ({ verified, tampered })),
      `dkimpy: ${JSON.stringify(dkim.map(({ errors }) => errors))}`,
    )
    .toEqual(signers.map(({ valid }) => ({ verified: valid, tampered: false })));
  expect.soft([...new Set(blocked)].sort(), "hosts").toEqual(filesHosts(tenant));
});

/** Our evaluator's results, over the same DNS. */
async function evaluated(
  mails: readonly Mail[],
  { sandbox }: Awaited<ReturnType<typeof publish>>,
): Promise<SpfResult[]> {
  const resolver = spfResolver(sandbox);
  const results: SpfResult[] = [];
  for (const { ip, helo, sender } of mails) {
    results.push(await checkHost({ ip, helo, mailFrom: sender }, resolver));
  }
  return results;
}

/** pyspf and we say what RFC 7208 says, at the same cost. */
function expectSameResults(
  mails: readonly Mail[],
  theirs: Answers<"check_host">["answers"]["check_host"],
  ours: readonly SpfResult[],
): void {
  const line = ({ ip, sender, helo }: Mail, result?: string) =>
    `${ip} MAIL FROM:<${sender}> HELO ${helo}: ${result}`;
  const wanted = mails.map((mail) => line(mail, mail.result));
  expect
    .soft(
      mails.map((mail, at) => line(mail, theirs[at]?.result)),
      "pyspf",
    )
    .toEqual(wanted);
  expect
    .soft(
      mails.map((mail, at) => line(mail, ours[at]?.result)),
      "ours",
    )
    .toEqual(wanted);
  // pyspf counts it as a void look-up when a name has no record at all. RFC 7208 §4.6.4 limits those
  // of terms, and then there is none.
  const cost = (of: Pick<SpfResult, "lookups" | "voidLookups">, at: number) =>
    mails[at]?.result === "none" ? "-" : `${of.lookups} look-ups, ${of.voidLookups} void`;
  expect.soft(theirs.map(cost), "pyspf's look-ups").toEqual(ours.map(cost));
}
