import { createProfileStage } from '@tributary/app-profile';
import { redrive } from '@tributary/persistence';
import type { Cell } from '../cell.ts';
import { encodeFirstVersion } from '../oracle/encode-first-version.ts';
import { encodeFact } from '../oracle/encode-fact.ts';
import type { Fact } from '../oracle/fact.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import { seededRandom } from '../oracle/seeded-random.ts';
import { IDENTITY_KEY, type CellRig } from '../rig/cell-rig.ts';
import { foreignPorts } from '../rig/foreign-ports.ts';

const COMPONENT = 'deploy';
const FIRST = 60_000;
const FOLLOWERS = 20;
const OLD = { NODE_OPTIONS: `--import ${new URL('../rig/old-contracts.mjs', import.meta.url).href}` } as const;

/** Redrives or discards what a reason put into quarantine, as a person would by the command line. */
async function settleQuarantine(rig: CellRig, action: 'redrive' | 'discard', reason: 'unknown-schema'): Promise<void> {
  const report = await redrive(
    {
      database: rig.database,
      stageOf: (group) => (group === 'profile' ? createProfileStage(Buffer.from(IDENTITY_KEY, 'hex')) : undefined),
      resend: () => Promise.resolve(undefined),
      now: () => new Date(),
    },
    { filter: { group: 'profile', reason }, action, actor: { name: 'faults', via: 'cli' }, dryRun: false, limit: 10_000 },
  );
  rig.history.note(action, {
    selected: report.selected,
    quarantine: report.quarantine,
    released: report.released,
    waiting: report.waiting,
  });
}

/** Payments of one customer, the first of which has a schema id that no contract has. */
const unknownFirst: readonly Fact[] = Array.from({ length: 1 + FOLLOWERS }, (_, index) => ({
  n: FIRST + index,
  kind: 'PAYMENT',
  source: 'shop',
  eventId: `unknown-${index}`,
  documentId: `unknown-${index}`,
  version: 0n,
  person: 7,
  customerId: 'shop-7',
  orderId: null,
  currency: 'EUR',
  orders: 0,
  money: { gross: 0n, paid: BigInt(100 * (index + 1)), returned: 0n },
  content: `unknown-${index}`,
  spoilt: index === 0 ? 'unknown-schema' : undefined,
}));

async function noRegistry(rig: CellRig): Promise<void> {
  const worker = await rig.up();
  await rig.send(unknownFirst);
  await rig.send(makeFacts({ seed: rig.id, people: 20, each: 12 }).filter((fact) => fact.kind !== 'PAYMENT' || fact.person !== 7));
  await rig.until(async () => (await rig.parked()) === FOLLOWERS, 'what follows the unknown schema in its key is parked');
  await rig.consumed();
  const { kafka, postgres, redis } = rig.lines();
  const others = foreignPorts(worker.pid, [kafka.port, postgres.port, redis.port]);
  rig.demand(others.length === 0, `the process is connected to ports ${others.join(', ')}, which are no service of its`);
  rig.faultOver();
  await settleQuarantine(rig, 'discard', 'unknown-schema');
}

/** About every second event in the first version of its contract; a copy has the bytes of what it is a copy of, or it would be a conflict. */
const mixed = (facts: readonly Fact[]): ReturnType<typeof encodeFact>[] =>
  facts.map((fact) => (seededRandom(fact.content).chance(0.5) ? encodeFirstVersion(fact) : encodeFact(fact)));

async function oldWriter(rig: CellRig): Promise<void> {
  await rig.up();
  const facts = makeFacts({ seed: rig.id, people: 30, each: 14 });
  rig.faultOver();
  await rig.send(facts, mixed(facts));
}

async function oldReader(rig: CellRig): Promise<void> {
  const old = await rig.up({ env: OLD });
  const facts = makeFacts({ seed: rig.id, people: 30, each: 14 }).filter(
    (fact) => fact.spoilt !== 'unknown-schema' && !fact.documentId.startsWith('twice'),
  );
  const half = Math.floor(facts.length / 2);
  await rig.send(facts.slice(0, half), facts.slice(0, half).map(encodeFirstVersion));
  await rig.consumed();
  await rig.send(facts.slice(half));
  await rig.consumed();
  const [row] = await rig.database.query<{ count: bigint }>(`SELECT count(*) FROM hub.quarantine WHERE reason = 'unknown-schema'`);
  rig.demand(Number(row?.count) > 0, 'the old reader read a version that it does not have');
  old.signal('SIGTERM');
  await old.end();
  rig.faultOver();
  await rig.up();
  await settleQuarantine(rig, 'redrive', 'unknown-schema');
}

async function rolling(rig: CellRig): Promise<void> {
  let current = await rig.up();
  const facts = makeFacts({ seed: rig.id, people: 60, each: 14 });
  const part = Math.ceil(facts.length / 12);
  let at = 0;
  const feed = async (): Promise<void> => {
    const slice = facts.slice(at, at + part);
    at += part;
    if (slice.length > 0) await rig.send(slice, mixed(slice));
  };
  for (const line of [1, 2, 1]) {
    await feed();
    const next = rig.start({ line });
    await feed();
    await next.ready;
    current.signal('SIGTERM');
    await feed();
    rig.demand((await current.end()) === 0, 'a process did not end cleanly');
    current = next;
  }
  rig.faultOver();
  while (at < facts.length) await feed();
}

/** F55, F56, F58: contracts and versions. */
export const deploys: readonly Cell[] = [
  {
    id: 'F55',
    component: 'registry',
    fault: 'the schema store is unreachable',
    how: 'there is none in the cell, and the process is connected to nothing but its three services: known ids decode from the contracts it carries; a payment with an unknown id blocks its customer, twenty behind it are parked until a person decides',
    recovery: 5,
    run: noRegistry,
    async afterwards(rig) {
      rig.demand((await rig.parked()) === 0, 'records are parked still');
    },
  },
  {
    id: 'F56a',
    component: COMPONENT,
    fault: 'new reader before new writer',
    how: 'about every second event is written in v1 of its contract, where there is a v2',
    recovery: 5,
    run: oldWriter,
  },
  {
    id: 'F56b',
    component: COMPONENT,
    fault: 'new writer before new reader',
    how: 'a process that knows v1 only gets v2 of orders and customers: an id that it does not carry goes to quarantine, strict keys are parked; after the new version is up they are redriven in order, nothing is lost',
    recovery: 15,
    run: oldReader,
    async afterwards(rig) {
      rig.demand((await rig.parked()) === 0, 'records are parked still');
    },
  },
  {
    id: 'F58',
    component: COMPONENT,
    fault: 'roll back one version under load',
    how: 'three times a process is replaced by another while v1 and v2 of the contracts come in, both running for a moment; one code base cannot show an older program on a newer schema of tables (migrations only go forward)',
    recovery: 60,
    run: rolling,
  },
];
