/** What the simulated Cloudflare remembers. JSON only; times are milliseconds on the sandbox clock. */

export interface CloudflareState {
  /** Record ids are made from it, so none is used twice. */
  seq: number;
  zones: Record<string, Zone>;
  records: Record<string, CloudflareRecord>;
  /** What DNS answers, and from when until when: changes propagate late. */
  served: ServedRecord[];
  /** Requests in five minutes for each credential (Cloudflare API docs: 1,200). */
  rateLimit: number;
}

export interface Zone {
  id: string;
  name: string;
  nameServers: string[];
}

/** What a record says, apart from its identity. */
export interface RecordContent {
  name: string;
  type: string;
  content: string;
  ttl: number;
  priority?: number;
  /** Structured content, for CAA and the like. */
  data?: Record<string, unknown>;
}

export interface CloudflareRecord extends RecordContent {
  id: string;
  zoneId: string;
  proxied: boolean;
  comment: string | null;
  tags: string[];
  createdOn: number;
  modifiedOn: number;
}

/** One state of a record as the name servers show it. */
export interface ServedRecord extends RecordContent {
  recordId: string;
  zoneId: string;
  from: number;
  until?: number;
}

export function emptyCloudflare(zones: readonly { id: string; name: string }[]): CloudflareState {
  return {
    seq: 0,
    zones: Object.fromEntries(
      zones.map(({ id, name }) => [
        id,
        { id, name, nameServers: ["ada.ns.cloudflare.example", "bob.ns.cloudflare.example"] },
      ]),
    ),
    records: {},
    served: [],
    rateLimit: 1_200,
  };
}
