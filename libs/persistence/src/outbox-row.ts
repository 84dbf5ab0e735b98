/** A row of hub.outbox. */
export interface OutboxRow {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly payload: Uint8Array | null;
  readonly seq: bigint;
  /** `ce_source` of an event of a contract; null when `headers` say all. */
  readonly source: string | null;
  /** `ce_time`, as it goes on the wire; null with `source`. */
  readonly time: string | null;
  readonly traceparent: string | null;
  /** All headers of a row that is no event of a contract, and of one that was written before the columns above were there; null otherwise. */
  readonly headers: Readonly<Record<string, string>> | null;
}
