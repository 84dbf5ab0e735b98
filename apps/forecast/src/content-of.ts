import { frameSchemaId } from '@tributary/contracts';
import { contentHash, type HubEvent } from '@tributary/persistence';

/** Hash of what an event says, whichever version of its contract it was written by. */
export function contentOf(event: HubEvent): bigint {
  const { contract, record, value, hash } = event;
  const bytes = record.value;
  return bytes !== null && frameSchemaId(bytes) === contract.latest.id ? hash : contentHash(contract.encode(value as never));
}
