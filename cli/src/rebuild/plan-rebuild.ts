import { randomUUID } from 'node:crypto';
import type { ShadowPlan } from '@tributary/app-profile';
import { topology } from '@tributary/contracts';
import { offsetsAt, type Kafka } from '@tributary/kafka';
import { exitCode } from '../exit-code.ts';
import { parseTime } from '../models/parse-time.ts';
import { VerbFault } from '../verb-fault.ts';

/** What an operator asks for. */
export interface RebuildRange {
  readonly from?: string;
  readonly to?: string;
  readonly contract?: readonly string[];
}

/** Turns times and contracts into offsets. Throws `VerbFault` for what cannot be read. */
export async function planRebuild(kafka: Kafka, range: RebuildRange): Promise<ShadowPlan> {
  const { from, to, contract } = range;
  const reads = topology.profile.reads;
  const unknown = (contract ?? []).find((name) => !reads.some((read) => read.name === name));
  if (unknown !== undefined)
    throw new VerbFault(`${unknown} is no contract of profiles: give ${reads.map((read) => read.name).join(', ')}`, exitCode.usage);
  const [begin, end] = [time('--from', from), time('--to', to)];
  if (begin !== undefined && end !== undefined && begin >= end) throw new VerbFault('--from must be before --to', exitCode.usage);
  const topics = reads.map((read) => read.topic);
  const chosen = reads.filter((read) => contract === undefined || contract.includes(read.name)).map((read) => read.topic);
  const copy = begin !== undefined || contract !== undefined;
  const at = async (names: readonly string[], moment: number): Promise<Record<string, string>> =>
    Object.fromEntries([...(await offsetsAt(kafka, names, moment))].map(([place, offset]) => [place, offset.toString()]));
  return {
    id: randomUUID(),
    copy,
    from: from ?? null,
    to: to ?? null,
    contracts: contract ?? null,
    starts: copy ? await at(chosen, begin ?? 0) : {},
    ends: end === undefined ? {} : await at(topics, end),
  };
}

/** Whether a shadow was made for the same range, so that work on it can go on. */
export function isSameRange(plan: ShadowPlan, { from, to, contract }: RebuildRange): boolean {
  const names = (list: readonly string[] | null | undefined): string => JSON.stringify(list ? [...list].sort() : null);
  return plan.from === (from ?? null) && plan.to === (to ?? null) && names(plan.contracts) === names(contract);
}

function time(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const moment = parseTime(text);
  if (moment === undefined)
    throw new VerbFault(`${option} ${JSON.stringify(text)} is no time: give 2026-03-01 or 2026-03-01T09:30:00Z`, exitCode.usage);
  return moment;
}
