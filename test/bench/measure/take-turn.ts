import { setTimeout as delay } from 'node:timers/promises';
import type { Contestant, Progress, Turn } from '../contestants/contestant.ts';
import { now } from './clock.ts';
import { compareTotals, isClean, type Verdict } from './expectation.ts';
import { familySeconds, memoryOf, processorSeconds } from './process-figures.ts';
import { windowOf } from './window.ts';

/** One contestant's turn in one round. */
export interface TurnResult {
  readonly contestant: string;
  readonly perSecond: number;
  readonly events: number;
  readonly seconds: number;
  /** Processor time an event over the measured part, microseconds. */
  readonly clientMicros: number;
  readonly postgresMicros: number;
  readonly kafkaMicros: number;
  readonly peakMb: number;
  /** From the last event applied until what follows from it was done; `null` when the time was up before all were applied. */
  readonly settleSeconds: number | null;
  readonly reports: readonly Progress[];
  readonly samples: readonly ProcessSample[];
  readonly verdict: Verdict;
  readonly complaints: readonly string[];
  readonly verified: boolean;
}

/** Processor seconds since their start, and resident memory, when `count` events were applied. */
export interface ProcessSample {
  readonly at: number;
  readonly count: number;
  readonly client: number;
  readonly postgres: number;
  readonly kafka: number;
  readonly memoryMb: number;
}

const POLL_MS = 50;
const PROCESSOR_MS = 250;
/** Longest a contestant may take to apply its first event. */
const START_MS = 120_000;

/** Lets a contestant work on the topic until it is through or its `seconds` are over, measures, stops and verifies it. */
export async function takeTurn(contestant: Contestant, turn: Turn, events: number, seconds: number): Promise<TurnResult> {
  if (contestant.ddl !== undefined) await turn.database.database.query(contestant.ddl);
  const running = await contestant.start(turn);
  const reports: Progress[] = [];
  const samples: ProcessSample[] = [];
  let peakMb = 0;
  const started = now();
  // Without a warm-up the whole turn counts, from the moment the contestant says it is up.
  if (contestant.warmUp === 0) reports.push({ count: 0, at: started });
  let first: number | undefined;
  let sampled = 0;
  let settleSeconds: number | null = null;
  let next: ReadonlyMap<number, bigint>;
  try {
    for (;;) {
      const report = await running.progress();
      if (report.count > (reports.at(-1)?.count ?? 0)) reports.push(report);
      const at = now();
      if (report.count > 0) first ??= at;
      if (at - sampled >= PROCESSOR_MS) {
        sampled = at;
        const memory = running.pids.map((pid) => memoryOf(pid));
        peakMb = memory.reduce((sum, { peak }) => sum + peak, 0);
        samples.push({
          at,
          memoryMb: memory.reduce((sum, { now: resident }) => sum + resident, 0),
          count: report.count,
          client: running.pids.reduce((sum, pid) => sum + processorSeconds(pid), 0),
          postgres: familySeconds(turn.stack.pids.postgres),
          kafka: processorSeconds(turn.stack.pids.kafka),
        });
      }
      if (report.count >= events || (first !== undefined && at - first >= seconds * 1000)) break;
      if (first === undefined && at - started > START_MS) throw new Error(`${contestant.name} applied nothing within ${START_MS / 1000} s`);
      await delay(POLL_MS);
    }
    if ((reports.at(-1)?.count ?? 0) >= events) {
      const applied = now();
      await contestant.settle?.(turn);
      settleSeconds = (now() - applied) / 1000;
    }
  } finally {
    next = await running.stop();
  }
  const counts = new Map([...next].map(([partition, offset]) => [partition, Number(offset - (turn.begins.get(partition) ?? 0n))]));
  const applied = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const verdict = compareTotals(turn.expectation.totalsAfter(counts), await contestant.totals(turn));
  const complaints = (await contestant.complaints?.(turn, applied, settleSeconds !== null)) ?? [];
  const exact = (await contestant.reports?.(turn)) ?? reports;
  const window = windowOf(exact, contestant.warmUp);
  return {
    contestant: contestant.name,
    perSecond: window.perSecond,
    events: window.events,
    seconds: window.seconds,
    ...microsPerEvent(samples, contestant.warmUp),
    peakMb,
    settleSeconds,
    reports: exact,
    samples,
    verdict,
    complaints,
    verified: isClean(verdict) && complaints.length === 0 && verdict.events > 0,
  };
}

function microsPerEvent(
  samples: readonly ProcessSample[],
  warmUp: number,
): Pick<TurnResult, 'clientMicros' | 'postgresMicros' | 'kafkaMicros'> {
  const last = samples.at(-1);
  const from = samples.find(({ count }) => (count > 0 || warmUp === 0) && last !== undefined && count >= last.count * warmUp);
  const none = { clientMicros: Number.NaN, postgresMicros: Number.NaN, kafkaMicros: Number.NaN };
  if (last === undefined || from === undefined || last.count === from.count) return none;
  const per = (name: 'client' | 'postgres' | 'kafka'): number => ((last[name] - from[name]) * 1e6) / (last.count - from.count);
  return { clientMicros: per('client'), postgresMicros: per('postgres'), kafkaMicros: per('kafka') };
}
