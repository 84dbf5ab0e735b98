import type { Fault } from '@tributary/contracts';
import type { Disposition } from '@tributary/persistence';

/** What is kept of a document for ever: its highest version (0 for facts that never change) and the hash of its content. */
export interface Seen {
  readonly version: bigint;
  readonly hash: bigint;
}

const conflict = (field: string, detail: string): Disposition => {
  const fault: Fault = { field, reason: 'conflict', detail };
  return { kind: 'quarantined', faults: [fault] };
};

/**
 * What is to become of a document, given what is known of it: the highest version wins whatever the order of arrival; the same version
 * with the same content is a duplicate, with another content a conflict that nobody may decide silently.
 */
export function judgeDocument(known: Seen | undefined, incoming: Seen, what: string): Disposition {
  if (known === undefined || incoming.version > known.version) return { kind: 'applied' };
  if (incoming.version < known.version) return { kind: 'stale' };
  if (incoming.hash === known.hash) return { kind: 'duplicate' };
  return incoming.version === 0n
    ? conflict('', `${what} is known with another content`)
    : conflict('version', `version ${incoming.version} of ${what} is known with another content`);
}
