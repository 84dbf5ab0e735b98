import type { Acknowledgement } from '@tributary/contracts';
import type { Disposition } from '@tributary/persistence';

/** An answer as it is kept. */
export interface KeptAcknowledgement {
  readonly source: string;
  readonly hash: bigint;
  readonly ack: Acknowledgement;
}

/** The outcome of an answer. */
export interface AcknowledgementFold {
  readonly disposition: Disposition;
  readonly kept?: KeptAcknowledgement;
}

/**
 * Keeps an answer of the ERP: a fact that happened once. Whether its subject is known does not matter, an answer is never dropped.
 * @param known hash of the answer kept under this id.
 */
export function keepAcknowledgement(known: bigint | undefined, ack: Acknowledgement, source: string, hash: bigint): AcknowledgementFold {
  if (known === undefined) return { disposition: { kind: 'applied' }, kept: { source, hash, ack } };
  if (known === hash) return { disposition: { kind: 'duplicate' } };
  const detail = `answer ${ack.ackId} is known with another content`;
  return { disposition: { kind: 'quarantined', faults: [{ field: '', reason: 'conflict', detail }] } };
}
