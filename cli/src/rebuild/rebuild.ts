import { createShadow, discardShadow, readShadow, type ShadowDifference, type ShadowPlan, type Swapped } from '@tributary/app-profile';
import type { Kafka, KafkaLog } from '@tributary/kafka';
import { beginOperation, endOperation, type Actor, type Database } from '@tributary/persistence';
import { exitCode } from '../exit-code.ts';
import { expectIdentityKey } from '../repair/expect-identity-key.ts';
import { VerbFault } from '../verb-fault.ts';
import { isSameRange, planRebuild, type RebuildRange } from './plan-rebuild.ts';
import { ShadowReplay } from './shadow-replay.ts';

/** What every step works on. */
export interface RebuildServices {
  readonly kafka: Kafka;
  readonly database: Database;
  readonly identityKey: Buffer;
  readonly log: KafkaLog;
  /** Who does it: what is begun and how it ended stands in the operation log. */
  readonly actor: Actor;
  readonly onProgress?: (done: number, of: number) => void;
  readonly relayMs?: number;
}

/** What a rebuild did. */
export interface RebuildReport {
  readonly plan: ShadowPlan;
  /** Work on an earlier shadow went on. */
  readonly resumed: boolean;
  readonly replayed: number;
  readonly seconds: number;
  readonly difference: ShadowDifference;
  readonly then: 'kept' | 'swapped' | 'discarded';
  /** What the swap did; `null` when there was nothing to do. */
  readonly swapped: Swapped | null;
}

/** What to do with the shadow when it has been compared. */
export type Then = 'keep' | 'swap' | 'discard';

/** Makes a shadow of the range (or goes on with one that was made for it), compares it with live, and keeps, swaps or discards it. */
export async function rebuild(services: RebuildServices, range: RebuildRange, then: Then, examples: number): Promise<RebuildReport> {
  await expectIdentityKey(services.database, services.identityKey);
  const known = await readShadow(services.database);
  const resumed = known !== undefined && isSameRange(known.plan, range);
  const plan = resumed ? known.plan : await planRebuild(services.kafka, range);
  if (!resumed) await createShadow(services.database, plan);
  return finish(services, plan, resumed, then, examples);
}

/** Brings the shadow that exists level with live and compares, swaps or discards it. Throws `VerbFault` when there is none. */
export async function goOn(services: RebuildServices, then: Then, examples: number): Promise<RebuildReport> {
  await expectIdentityKey(services.database, services.identityKey);
  const known = await readShadow(services.database);
  if (known === undefined) throw new VerbFault('there is no shadow: run tributary rebuild first', exitCode.notFound);
  return finish(services, known.plan, true, then, examples);
}

async function finish(services: RebuildServices, plan: ShadowPlan, resumed: boolean, then: Then, examples: number): Promise<RebuildReport> {
  const { database, actor } = services;
  const { id, from, to, contracts } = plan;
  const operation = await beginOperation(database, actor, 'rebuild', { id, from, to, contracts, then });
  const report = await compareAnd(services, plan, resumed, then, examples);
  const { difference, swapped, replayed } = report;
  await endOperation(database, operation, { replayed, equal: difference.equal, profiles: difference.profiles, then: report.then, swapped });
  return report;
}

async function compareAnd(
  services: RebuildServices,
  plan: ShadowPlan,
  resumed: boolean,
  then: Then,
  examples: number,
): Promise<RebuildReport> {
  const began = performance.now();
  const replay = await ShadowReplay.open({ ...services, plan });
  let outcome: { readonly difference: ShadowDifference; readonly swapped: Swapped | undefined };
  try {
    await replay.catchUp();
    outcome = then === 'swap' ? await replay.swap(examples) : { difference: await replay.compare(examples), swapped: undefined };
  } finally {
    await replay.close();
  }
  if (then === 'discard') await discardShadow(services.database);
  return {
    plan,
    resumed,
    replayed: replay.replayed,
    seconds: Math.round(performance.now() - began) / 1000,
    difference: outcome.difference,
    then: then === 'keep' ? 'kept' : then === 'swap' ? 'swapped' : 'discarded',
    swapped: outcome.swapped ?? null,
  };
}

/** Removes the shadow and what a swap set aside; says which shadow there was. */
export async function discard(database: Database, actor: Actor): Promise<string | null> {
  const id = (await readShadow(database))?.plan.id ?? null;
  const operation = await beginOperation(database, actor, 'rebuild', { id, then: 'discard' });
  await discardShadow(database);
  await endOperation(database, operation, { then: 'discarded' });
  return id;
}
