import { contractNamed, type Contract } from '@tributary/contracts';
import type { WrittenEvent } from '@tributary/persistence';

/** An event that was or would be published, with its payload in the contract's JSON form where it has one. */
export function eventJson({ id, topic, key, type, seq, payload }: WrittenEvent): Readonly<Record<string, unknown>> {
  const contract = contractNamed(type) as unknown as Contract<unknown> | undefined;
  const read = payload === null ? undefined : contract?.decode(payload);
  return { id, topic, key, type, seq, data: read?.ok ? contract?.toJson(read.value) : null };
}
