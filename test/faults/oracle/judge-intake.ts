import { topology } from '@tributary/contracts';
import type { Kafka } from '@tributary/kafka';
import type { Queryable } from '@tributary/persistence';
import { contentOf } from './encode-fact.ts';
import type { Fact } from './fact.ts';
import { readWire } from './read-wire.ts';

/** What became of the events that a sender was told are taken. */
export interface IntakeFindings {
  readonly lost: number;
  readonly doubled: number;
  readonly orderKept: boolean;
  /** Records of an event that is on its topic already. */
  readonly repeated: number;
  readonly faults: readonly string[];
}

/** Each event once in gateway.ingress and, repeated ids dropped, once on its topic, those of a key in the order in which they were sent. */
export async function judgeIntake(kafka: Kafka, database: Queryable, sent: readonly Fact[]): Promise<IntakeFindings> {
  const faults: string[] = [];
  const name = (source: string, id: string): string => `${source} ${id}`;
  const wanted = new Set(sent.map((fact) => name(fact.source, fact.eventId)));
  const rows = (await database.query<{ source: string; id: string }>('SELECT source, event_id AS id FROM gateway.ingress')).map((row) =>
    name(row.source, row.id),
  );
  const kept = new Set(rows);
  const unkept = [...wanted].filter((event) => !kept.has(event));
  if (unkept.length > 0) faults.push(`${unkept.length} events that were answered 2xx are not in gateway.ingress, such as ${unkept[0]}`);
  const order = new Map<string, string[]>();
  const published = new Set<string>();
  let repeated = 0;
  for (const { topic, key, headers } of await readWire(
    kafka,
    topology.gateway.writes.map((contract) => contract.topic),
  )) {
    const event = name(headers.ce_source ?? '', headers.ce_id ?? '');
    if (published.has(event)) {
      repeated += 1;
      continue;
    }
    published.add(event);
    order.set(`${topic} ${key}`, [...(order.get(`${topic} ${key}`) ?? []), event]);
  }
  const unsent = [...wanted].filter((event) => !published.has(event));
  const foreign = [...published].filter((event) => !wanted.has(event));
  if (unsent.length > 0) faults.push(`${unsent.length} events that were taken are not on their topics, such as ${unsent[0]}`);
  if (foreign.length > 0) faults.push(`${foreign.length} events are on the topics that nobody sent, such as ${foreign[0]}`);
  const posted = new Map<string, string[]>();
  for (const fact of sent) {
    const { contract, value } = contentOf(fact);
    const key = `${contract.topic} ${contract.key(value as never, fact.source)}`;
    posted.set(key, [...(posted.get(key) ?? []), name(fact.source, fact.eventId)]);
  }
  const turned = [...posted].filter(([key, events]) => events.join() !== (order.get(key) ?? []).join());
  if (turned.length > 0) faults.push(`${turned.length} keys are not in the order of sending, such as ${turned[0]?.[0]}`);
  return {
    lost: unkept.length + unsent.length,
    doubled: rows.length - kept.size + foreign.length,
    orderKept: turned.length === 0,
    repeated,
    faults,
  };
}
