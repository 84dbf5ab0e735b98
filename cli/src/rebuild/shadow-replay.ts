import {
  adoptLiveIds,
  analyseShadow,
  compareShadow,
  createProfileStage,
  createToldStage,
  dropShadow,
  LIVE_GROUP,
  lockLiveTables,
  openPartitions,
  rangesToLive,
  SHADOW_GROUP,
  SHADOW_SCHEMA,
  swapShadow,
  TOLD_GROUP,
  toldContracts,
  toldState,
  type ShadowDifference,
  type ShadowPlan,
  type Swapped,
} from '@tributary/app-profile';
import { BatchLanes, RangeReader, WatermarkReader, type Kafka, type KafkaLog, type OffsetRange } from '@tributary/kafka';
import {
  followSettlements,
  groupNumber,
  holdGroup,
  openOffset,
  storedOffsets,
  type Database,
  type RedriveContext,
  type Stage,
  type StoredOffset,
  type Transaction,
} from '@tributary/persistence';
import { LANES, MAX_EVENTS } from '../host/stage-app.ts';
import { VerbFault } from '../verb-fault.ts';

/** What a replay needs. */
export interface ShadowReplayOptions {
  readonly kafka: Kafka;
  readonly database: Database;
  readonly identityKey: Buffer;
  readonly plan: ShadowPlan;
  readonly log: KafkaLog;
  /** Called as records are replayed: how many of how many, as far as is known now. */
  readonly onProgress?: (done: number, of: number) => void;
  /** How long to wait for what is in the outbox to be published, milliseconds. */
  readonly relayMs?: number;
}

/** Lag below which live may be held for the rest: a few tenths of a second's work. */
const SMALL_LAG = 2_000n;
/** Passes that do not come nearer to live, after which it is given up. */
const PATIENCE = 5;
/** Longest wait for the relay while live is held, milliseconds. */
const HELD_MS = 2_000;
const MAX_BYTES = 8 * 1024 * 1024;

/** One stage that is fed from ranges of its topics. */
interface Feed {
  readonly stage: Stage;
  readonly reader: RangeReader;
  readonly lanes: BatchLanes;
}

/** Fills the shadow from the topics and brings it level with live, which goes on meanwhile. */
export class ShadowReplay {
  private readonly watermarks: WatermarkReader;
  private done = 0;

  private constructor(
    private readonly options: ShadowReplayOptions,
    private readonly facts: Feed,
    private readonly told: Feed,
    /** For records that live has settled by hand. */
    private readonly settling: RedriveContext,
  ) {
    this.watermarks = new WatermarkReader(options.kafka);
  }

  static async open(options: ShadowReplayOptions): Promise<ShadowReplay> {
    const facts = await openFeed(options, createProfileStage(options.identityKey, { schema: SHADOW_SCHEMA, group: SHADOW_GROUP }));
    try {
      const { database } = options;
      const settling = {
        database,
        stage: facts.stage,
        groupId: await groupNumber(database, SHADOW_GROUP),
        now: () => new Date(),
        silent: true,
      };
      return new ShadowReplay(options, facts, await openFeed(options, createToldStage(SHADOW_SCHEMA)), settling);
    } catch (error) {
      await closeFeed(facts);
      throw error;
    }
  }

  /** Records replayed so far. */
  get replayed(): number {
    return this.done;
  }

  /** Replays until little is left between the shadow and where it is to be. */
  async catchUp(): Promise<void> {
    let least: bigint | undefined;
    let patience = PATIENCE;
    for (;;) {
      const ranges = await this.ranges(await storedOffsets(this.options.database, LIVE_GROUP));
      const lag = ranges.reduce((sum, range) => sum + range.to - range.from, 0n);
      await this.replay(ranges, Number(lag));
      if (lag <= SMALL_LAG) break;
      patience = least === undefined || lag < least ? PATIENCE : patience - 1;
      if (patience === 0)
        throw new VerbFault('live takes in events as fast as they are replayed: try again at a quieter time; the shadow is kept');
      least = least === undefined || lag < least ? lag : least;
    }
    await this.readTold();
    await analyseShadow(this.options.database);
  }

  /** Compares both sides at the same offsets. Live batches wait while the last records are replayed; the comparison itself holds nobody up. */
  async compare(limit: number): Promise<ShadowDifference> {
    const published = await this.toldIsComplete();
    let comparing: { readonly result: Promise<ShadowDifference> } | undefined;
    await this.options.database.transaction(async (hold) => {
      await this.level(hold);
      const told = published && (await this.toldIsComplete(HELD_MS));
      // The snapshot is taken while both sides stand at the same offsets; then live may go on.
      await new Promise<void>((taken, failed) => {
        const result = this.options.database.transaction(async (tx) => {
          await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
          await tx.query('SELECT 1');
          taken();
          const difference = await compareShadow(tx, await adoptLiveIds(tx, this.options.plan.id), limit);
          return told ? difference : { ...difference, corrections: null };
        });
        result.catch(failed);
        comparing = { result };
      });
    });
    if (comparing === undefined) throw new Error('the comparison did not begin');
    return comparing.result;
  }

  /**
   * Makes live what the shadow is, in one transaction that holds live at its offsets; nothing when there is no difference. Throws
   * `VerbFault` when it cannot be done rightly; live is untouched then.
   */
  async swap(limit: number): Promise<{ readonly difference: ShadowDifference; readonly swapped: Swapped | undefined }> {
    const { database, plan } = this.options;
    await this.expectTold();
    const outcome = await database.transaction(async (hold) => {
      const live = await this.level(hold);
      const behind = await this.behind(live);
      if (behind > 0n)
        throw new VerbFault(`the shadow ends ${behind} records before live (--to): a swap would lose them. Rebuild without --to to swap`);
      await this.expectTold(HELD_MS);
      await lockLiveTables(hold);
      const adopted = await adoptLiveIds(hold, plan.id);
      const difference = await compareShadow(hold, adopted, limit);
      if (!difference.equal && !difference.addsUp.shadow)
        throw new VerbFault(
          `the shadow's profiles do not have the sums of its documents${plan.copy ? ': what it was copied from is wrong. Rebuild everything (without --from and --contract)' : ''}; nothing was swapped`,
        );
      return {
        difference,
        swapped: difference.equal ? undefined : await swapShadow(hold, adopted, { id: plan.id, at: Date.now() * 1_000 }),
      };
    });
    await database.transaction(dropShadow);
    return outcome;
  }

  async close(): Promise<void> {
    await Promise.all([closeFeed(this.facts), closeFeed(this.told), this.watermarks.close()]);
  }

  /** Holds live and replays what is left. */
  private async level(hold: Transaction): Promise<readonly StoredOffset[]> {
    const live = await holdGroup(hold, LIVE_GROUP);
    const ranges = await this.ranges(live);
    await this.replay(ranges, 0);
    return live;
  }

  private async ranges(live: readonly StoredOffset[]): Promise<OffsetRange[]> {
    const { database, plan } = this.options;
    await database.transaction((tx) => openPartitions(tx, plan));
    return rangesToLive(live, await storedOffsets(database, SHADOW_GROUP), plan);
  }

  private async behind(live: readonly StoredOffset[]): Promise<bigint> {
    const shadow = await storedOffsets(this.options.database, SHADOW_GROUP);
    const next = new Map(shadow.map((row) => [`${row.topic}/${row.partition}`, row.nextOffset]));
    return live.reduce((sum, row) => sum + row.nextOffset - (next.get(`${row.topic}/${row.partition}`) ?? 0n), 0n);
  }

  private async replay(ranges: readonly OffsetRange[], of: number): Promise<void> {
    const { onProgress } = this.options;
    const { reader, lanes } = this.facts;
    const before = this.done;
    await reader.read(ranges, async ({ topic, partition, expected, next, records }) => {
      await lanes.apply(topic, partition, expected, next, records);
      this.done += Number(next - expected);
      onProgress?.(this.done - before, of);
    });
    await followSettlements(this.settling, LIVE_GROUP);
  }

  /** Reads what was published about customers up to the ends of its topics. */
  private async readTold(): Promise<void> {
    const { database } = this.options;
    const { reader, lanes } = this.told;
    const ranges: OffsetRange[] = [];
    for (const { topic, partition, low, high } of await this.watermarks.read(toldContracts.map((contract) => contract.topic)))
      ranges.push({ topic, partition, from: await openOffset(database, TOLD_GROUP, topic, partition, low), to: high });
    await reader.read(ranges, ({ topic, partition, expected, next, records }) => lanes.apply(topic, partition, expected, next, records));
  }

  /** Reads until everything that was given a number has been read; `false` when that does not come about in time. */
  private async toldIsComplete(limitMs = this.options.relayMs ?? 10_000): Promise<boolean> {
    const until = performance.now() + limitMs;
    for (;;) {
      await this.readTold();
      const { waiting, gaps } = await this.toldNumbers();
      if (gaps > 0) return false;
      if (waiting === 0n) return true;
      if (performance.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private async expectTold(limitMs?: number): Promise<void> {
    if (await this.toldIsComplete(limitMs)) return;
    const { waiting, gaps } = await this.toldNumbers();
    throw new VerbFault(
      gaps > 0
        ? `the topics ${topicsTold} do not hold exactly what the outbox published (${gaps} keys): what was told downstream cannot be corrected, so nothing was swapped`
        : `${waiting} events wait in the outbox for ${topicsTold}: what was told downstream is not known, so nothing was swapped. Is a hub with the relay running?`,
    );
  }

  private toldNumbers(): ReturnType<typeof toldState> {
    return toldState(
      this.options.database,
      toldContracts.map((contract) => contract.topic),
    );
  }
}

const topicsTold = toldContracts.map((contract) => contract.topic).join(' and ');

async function openFeed({ kafka, database, log }: ShadowReplayOptions, stage: Stage): Promise<Feed> {
  const lanes = new BatchLanes({
    stage,
    database,
    log,
    lanes: LANES,
    maxEvents: MAX_EVENTS,
    maxBytes: MAX_BYTES,
    now: () => new Date(),
    silent: true,
    onBatch: () => undefined,
  });
  await lanes.open();
  return { stage, lanes, reader: await RangeReader.open({ kafka, topics: stage.reads.map((contract) => contract.topic) }) };
}

async function closeFeed({ reader, lanes }: Feed): Promise<void> {
  await lanes.close();
  await reader.close();
}
