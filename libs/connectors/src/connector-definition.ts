import type { SignatureScheme } from './signature.ts';

/** A connector as its folder says it: `connector.json` and the `.jsonata` files beside it. */
export interface ConnectorDefinition {
  readonly name: string;
  readonly doc: string;
  readonly signature: SignatureScheme;
  /** The hub's own form, CloudEvents, or a vendor's payload that mappings turn into the hub's form. */
  readonly form: 'canonical' | 'cloudevents' | 'mapped';
  /**
   * Status of the answer when events were refused (and kept in quarantine): 202 for vendors that drop a subscription after some
   * failures and would send the same payload again, 422 otherwise.
   */
  readonly refusedStatus: 202 | 422;
  /** Mapped form: where the kind of a payload is told, a JSONata expression over `{headers, body}`. */
  readonly topic?: string;
  /** Mapped form: the mappings (JSONata) by topic. */
  readonly mappings?: Readonly<Record<string, string>>;
  /** Mapped form: topics that carry nothing for the hub; they are answered and counted, not refused. */
  readonly ignored?: readonly string[];
}
