/** What the headers of an event say. */
export interface EventAttributes {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly seq: bigint;
  readonly traceparent: string | null;
}

/**
 * Headers of an event, its properties: what `toHeaders` of the contracts gives, in the same order. A class of its own, so that the encoder
 * of the Produce request knows the names without looking and writes what never changes in one piece.
 */
export class EventHeaders {
  [name: string]: string | undefined;
  readonly ce_specversion: string;
  readonly ce_id: string;
  readonly ce_source: string;
  readonly ce_type: string;
  readonly ce_time: string;
  readonly 'content-type': string;
  readonly ce_seq: string;
  /** Not there, rather than undefined, without one: what is there is written. */
  declare readonly traceparent?: string;

  constructor({ id, source, type, time, seq, traceparent }: EventAttributes) {
    this.ce_specversion = '1.0';
    this.ce_id = id;
    this.ce_source = source;
    this.ce_type = type;
    this.ce_time = time;
    this['content-type'] = 'application/vnd.confluent.avro';
    this.ce_seq = seq.toString();
    if (traceparent !== null) this.traceparent = traceparent;
  }
}
