import { describe, expect, it } from "vitest";
import { checkTlsRpt } from "../../../core/tenant/tls-rpt/check.ts";
import { findingLines, planRecords, records } from "./support.ts";

describe("TLS-RPT", () => {
  const mailbox = "mailto:tls@operator.example";
  const https = "https://tls.operator.example/v1";

  it("publishes each address once, and asks for no consent", () => {
    const context = planRecords({
      tlsReports: { "acme.example": { reports: [mailbox, https, mailbox] } },
    });
    expect(records(context, "tls-rpt-")).toEqual([
      `tls-rpt-acme.example _smtp._tls.acme.example TXT v=TLSRPTv1; rua=${mailbox},${https}`,
    ]);
    expect(records(context, "report-consent-acme.example-tls.operator.example")).toEqual([]);
    expect(findingLines(checkTlsRpt(context))).toEqual([
      'warning tlsReports["acme.example"] tls-rpt-address-twice: operator.example',
    ]);
  });

  it("finds nothing wrong with good addresses", () => {
    const reports = [mailbox, https];
    expect(
      findingLines(checkTlsRpt(planRecords({ tlsReports: { "acme.example": { reports } } }))),
    ).toEqual([]);
    expect(findingLines(checkTlsRpt(planRecords()))).toEqual([]);
  });

  it("takes no list without an address, nor another scheme: the schema refuses both", () => {
    const of = (reports: string[]) => planRecords({ tlsReports: { "acme.example": { reports } } });
    expect(() => of([])).toThrow("at least one report address");
    expect(() => of(["http://tls.operator.example/"])).toThrow("is not a report address");
  });
});
