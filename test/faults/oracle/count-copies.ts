import { topology } from '@tributary/contracts';
import type { Kafka } from '@tributary/kafka';
import { readWire } from './read-wire.ts';

/** How often each fact stands in the fact topics beyond the first time, by its number: a sender that heard no answer has sent it again. */
export async function countCopies(kafka: Kafka): Promise<ReadonlyMap<number, number>> {
  const copies = new Map<number, number>();
  const records = await readWire(
    kafka,
    topology.profile.reads.map((contract) => contract.topic),
  );
  const seen = new Set<number>();
  for (const { headers } of records) {
    const n = Number(headers.rig_n);
    if (seen.has(n)) copies.set(n, (copies.get(n) ?? 0) + 1);
    seen.add(n);
  }
  return copies;
}
