import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { topology } from '@tributary/contracts';
import type { BenchOptions } from '../bench-options.ts';
import { startHubProcess } from '../contestants/hub.ts';
import { now } from '../measure/clock.ts';
import { thisMachine } from '../measure/machine.ts';
import { processorSeconds } from '../measure/process-figures.ts';
import { spreadOf } from '../measure/statistics.ts';
import { openStack } from '../stack/stack.ts';
import { createHubTopics, wakeCoordinator } from '../stack/topics.ts';
import type { SuiteResult } from './suite.ts';

const SETTLE_MS = 10_000;
const FILE = fileURLToPath(new URL('../contestants/idle-kafkajs.ts', import.meta.url));

/** Share of a core that a process takes while nothing happens: the hub's profile stage with its relay, and stock kafkajs on the same topics. */
export async function idle(options: BenchOptions): Promise<SuiteResult> {
  const machine = thisMachine();
  const stack = await openStack();
  try {
    const { brokers, redisUrl } = stack.services;
    await createHubTopics(brokers, 16);
    await wakeCoordinator(brokers);
    const database = await stack.openDatabase('hub');
    const hub = await startHubProcess({ brokers, redisUrl, databaseUrl: database.url }, 'profile');
    const topics = topology.profile.reads.map(({ topic }) => topic);
    const stock = fork(FILE, {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 2, 2, 'ipc'],
      env: { ...process.env, BENCH_BROKERS: brokers, BENCH_TOPICS: topics.join(',') },
    });
    try {
      await once(stock, 'message');
      await delay(SETTLE_MS);
      const rounds: { readonly hub: number; readonly kafkajs: number }[] = [];
      const read = (): readonly [number, number, number] => [processorSeconds(hub.pid), processorSeconds(stock.pid ?? 0), now() / 1000];
      for (let round = 0; round < options.rounds; round += 1) {
        const before = read();
        await delay(options.seconds * 1000);
        const after = read();
        const wall = after[2] - before[2];
        rounds.push({ hub: (100 * (after[0] - before[0])) / wall, kafkajs: (100 * (after[1] - before[1])) / wall });
      }
      const contestants = { hub: spreadOf(rounds.map((round) => round.hub)), kafkajs: spreadOf(rounds.map((round) => round.kafkajs)) };
      process.stdout.write(`\nidle: per cent of a core over ${options.seconds} s, ${topics.length} topics of 16 partitions\n`);
      console.table(contestants);
      return {
        report: { machine, rounds: options.rounds, contestants },
        samples: rounds,
        checks: [{ row: 'idle consumer process, per cent of a core', value: contestants.hub.median, most: 3 }],
      };
    } finally {
      stock.disconnect();
      await hub.stop();
      await database.drop();
    }
  } finally {
    await stack.close();
  }
}
