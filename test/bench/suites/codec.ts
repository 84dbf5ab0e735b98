import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from '../bench-options.ts';
import type { CodecCase, CodecRound } from '../codec/codec-case.ts';
import { interleave } from '../measure/interleave.ts';
import { thisMachine } from '../measure/machine.ts';
import { median, spreadOf } from '../measure/statistics.ts';
import type { SuiteResult } from './suite.ts';

const CASES: Readonly<Record<CodecCase, string>> = {
  plain: 'avsc alone, money as bytes',
  avsc: 'avsc alone, money and longs as integers',
  decode: 'the contract: frame, body, money as integers, field checks',
  evolved: 'the contract, record written by the version before',
  json: 'JSON.parse of the same record as text',
};
const FILE = fileURLToPath(new URL('../codec/codec-case.ts', import.meta.url));

/** Microseconds of processor time to read one order; a process a case, rounds interleaved. */
export async function codec(options: BenchOptions): Promise<SuiteResult> {
  const machine = thisMachine();
  const names = Object.keys(CASES) as CodecCase[];
  const children = new Map<CodecCase, ChildProcess>();
  const rounds = new Map<CodecCase, CodecRound[]>(names.map((name) => [name, []]));
  try {
    for (const name of names) {
      const child = fork(FILE, [name], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 2, 2, 'ipc'] });
      children.set(name, child);
      await answerOf(name, child);
    }
    for (let round = 0; round < options.rounds; round += 1)
      for (const name of interleave(names, round)) {
        const child = children.get(name) as ChildProcess;
        child.send('round');
        rounds.get(name)?.push((await answerOf(name, child)) as CodecRound);
      }
  } finally {
    for (const child of children.values()) if (child.connected) child.disconnect();
  }
  const micros = Object.fromEntries(names.map((name) => [name, spreadOf((rounds.get(name) ?? []).map((round) => round.micros))]));
  // Ratios within a round, whose cases saw the same machine.
  const ratio = (upper: CodecCase, lower: CodecCase): number =>
    median((rounds.get(upper) ?? []).map((round, index) => round.micros / (rounds.get(lower)?.[index]?.micros ?? Number.NaN)));
  const ratios = {
    decodeToAvsc: ratio('decode', 'avsc'),
    evolvedToSame: ratio('evolved', 'decode'),
    decodeToJson: ratio('decode', 'json'),
  };
  const steadyCalls = [...(rounds.get('decode') ?? []), ...(rounds.get('evolved') ?? [])].reduce((sum, { calls }) => sum + calls, 0);
  process.stdout.write('\ncodec: microseconds of processor time an order (median, least, most)\n');
  console.table(
    Object.fromEntries(
      names.map((name) => [
        CASES[name],
        Object.fromEntries(Object.entries(micros[name] ?? {}).map(([figure, value]) => [figure, Number(value.toFixed(2))])),
      ]),
    ),
  );
  return {
    report: { machine, rounds: options.rounds, contestants: micros, ratios, registryCalls: steadyCalls },
    samples: Object.fromEntries(rounds),
    checks: [
      { row: 'decode + frame ÷ bare avsc of the same values', value: ratios.decodeToAvsc, most: 1.3 },
      { row: 'evolved ÷ same schema', value: ratios.evolvedToSame, most: 1.1 },
      { row: 'registry calls and resolvers built in steady state', value: steadyCalls, most: 0 },
    ],
  };
}

/** The next message of a child; rejects when it ends instead. */
async function answerOf(name: string, child: ChildProcess): Promise<unknown> {
  const abort = new AbortController();
  const ended = once(child, 'exit', { signal: abort.signal }).then(() => {
    throw new Error(`the codec case ${name} ended`);
  });
  try {
    const [answer] = (await Promise.race([once(child, 'message', { signal: abort.signal }), ended])) as unknown[];
    return answer;
  } finally {
    ended.catch((error: unknown) => {
      if ((error as Error).name !== 'AbortError') process.stderr.write(`${String(error)}\n`);
    });
    abort.abort();
  }
}
