import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Contestant } from '../contestants/contestant.ts';
import { spreadOf, type Spread } from '../measure/statistics.ts';
import { takeTurn, type TurnResult } from '../measure/take-turn.ts';
import { fillTopic, withTurn } from '../measure/turn.ts';
import type { Stack } from '../stack/stack.ts';
import { Trimmer } from './trimmer.ts';

/** What one contestant sustained. */
export interface Sustained {
  readonly contestant: string;
  /** Over the whole time. */
  readonly perSecond: number;
  /** Over tenths of the time: whether it tires. */
  readonly tenths: Spread;
  readonly minutes: number;
  readonly databaseBytesPerEvent: number;
  readonly turn: TurnResult;
}

/** Only the start, when code is cold. */
const WARM_UP = 0.02;
/** More than the rate that was seen, so that the topic lasts. */
const RESERVE = 1.15;
/** What an event takes on disk: in the input topic, and in the database of a hub that works on it. */
const TOPIC_BYTES = 900;
const DATABASE_BYTES = 5_500;
/** Write-ahead log, and what lies in derived topics until it is trimmed. */
const OTHER_BYTES = 8e9;

/**
 * Fills the topic with as much as `perSecond` works off in `minutes`, and lets the contestant work on it for that long. What it has read is
 * trimmed from the topics behind it, so that the disk holds the database and little more.
 */
export async function sustain(stack: Stack, contestant: Contestant, perSecond: number, minutes: number): Promise<Sustained> {
  const events = Math.ceil(perSecond * minutes * 60 * RESERVE);
  refuseSmallDisk(events, minutes);
  const topic = await fillTopic(stack, events, 'uniform', 2_000);
  return withTurn(stack, topic, contestant, async (turn) => {
    const trimmer = new Trimmer(turn, contestant.derivedAreRead === true);
    trimmer.start();
    const result = await takeTurn({ ...contestant, warmUp: WARM_UP }, turn, events, minutes * 60).finally(() => trimmer.stop());
    const [size] = await turn.database.database.query<{ bytes: bigint }>('SELECT pg_database_size(current_database()) AS bytes');
    const { perSecond: rate, verified, seconds } = result;
    process.stderr.write(
      `sustained: ${contestant.name} ${rate.toFixed(0)} events/s over ${(seconds / 60).toFixed(1)} minutes${verified ? '' : ', NOT VERIFIED'}\n`,
    );
    return {
      contestant: contestant.name,
      perSecond: rate,
      tenths: tenthsOf(result),
      minutes: seconds / 60,
      databaseBytesPerEvent: Number(size?.bytes ?? 0n) / result.verdict.events,
      turn: result,
    };
  });
}

function refuseSmallDisk(events: number, minutes: number): void {
  const needed = Math.max(events * TOPIC_BYTES, (events / RESERVE) * DATABASE_BYTES) + OTHER_BYTES;
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize < needed)
    throw new Error(
      `${minutes} minutes need about ${Math.ceil(needed / 1e9)} GB below ${tmpdir()}, and there are ${Math.floor((bavail * bsize) / 1e9)}: give fewer --minutes or another TMPDIR`,
    );
}

/** Rates of ten equal parts of the measured time. */
export function tenthsOf({ reports, seconds }: Pick<TurnResult, 'reports' | 'seconds'>): Spread {
  const last = reports.at(-1);
  if (last === undefined) throw new RangeError('no reports');
  const begin = last.at - seconds * 1000;
  const countAt = (at: number): number => reports.findLast((report) => report.at <= at)?.count ?? 0;
  const part = (seconds * 1000) / 10;
  return spreadOf(
    Array.from({ length: 10 }, (_, index) => {
      const from = begin + index * part;
      return ((countAt(from + part) - countAt(from)) * 1000) / part;
    }),
  );
}
