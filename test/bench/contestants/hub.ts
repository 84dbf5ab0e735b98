import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { contracts } from '@tributary/contracts';
import { now } from '../measure/clock.ts';
import type { Totals } from '../measure/expectation.ts';
import { watermarks, withAdmin } from '../stack/topics.ts';
import { TOPIC } from '../workload/workload.ts';
import type { Contestant, Running, Turn } from './contestant.ts';
import { endChild } from './plain-contestants.ts';

const MAIN = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));
const BIN = fileURLToPath(new URL('../../../cli/bin/tributary.js', import.meta.url));
const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url));
const ALL_APPS = 'gateway,profile,insight,forecast,erp-bridge,console';
const DAYS_30 = '2592000';
const ACTIVITY = contracts.activity.topic;

/** A process of the product. */
export interface HubProcess {
  readonly pid: number;
  /** Drains and ends. */
  stop(): Promise<void>;
}

/** Where a hub works. */
export interface HubPlace {
  readonly brokers: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

/** `tributary up` as a user runs it, with these apps; answers when it says that it is up. */
export const startHubProcess = (place: HubPlace, apps: string): Promise<HubProcess> => startProcess(MAIN, ['up'], nodeFlags(), place, apps);

/** Flags with which `tributary` starts Node. */
export const nodeFlags = (): string[] =>
  (readFileSync(BIN, 'utf8').split('\n')[0] ?? '').split(' ').filter((word) => word.startsWith('--'));

async function startProcess(file: string, args: readonly string[], execArgv: string[], place: HubPlace, apps: string): Promise<HubProcess> {
  const child = fork(file, [...args], {
    execArgv,
    stdio: ['ignore', 2, 2, 'ipc'],
    env: {
      ...process.env,
      KAFKA_BROKERS: place.brokers,
      DATABASE_URL: place.databaseUrl,
      REDIS_URL: place.redisUrl,
      TRIBUTARY_APPS: apps,
      TRIBUTARY_GATEWAY_PORT: '0',
      TRIBUTARY_CONSOLE_PORT: '0',
      TRIBUTARY_OPS_PORT: '0',
      TRIBUTARY_SOURCES: 'shop-eu',
      TRIBUTARY_IDENTITY_KEY: '0123456789abcdef'.repeat(4),
      // Nightly work does not happen within a turn.
      TRIBUTARY_REFIT_EVERY: DAYS_30,
      TRIBUTARY_REFORECAST_EVERY: DAYS_30,
      TRIBUTARY_LOG_LEVEL: 'error',
    },
  });
  await ready(child);
  return { pid: child.pid ?? 0, stop: () => endChild(child, () => child.kill('SIGTERM')) };
}

async function ready(child: ChildProcess): Promise<void> {
  const up = new Promise<void>((resolve) =>
    child.on('message', (message: { type?: string }) => {
      if (message.type === 'ready') resolve();
    }),
  );
  const ended = once(child, 'exit').then(([code]: unknown[]) => {
    throw new Error(`the hub ended before it was up (exit code ${String(code)})`);
  });
  await Promise.race([up, ended]);
}

/** The profile stage with everything on, in `processes` processes. */
export const hub = (processes: number): Contestant => ({
  name: processes === 1 ? 'hub' : `hub-${processes}p`,
  tables: 'hub',
  warmUp: 0.25,
  start: (turn) => startHub(turn, processes, profileProgress, (place) => startHubProcess(place, 'profile')),
  totals: readProfiles,
  settle: untilPublished,
  complaints: complaintsOfHub,
});

/** All apps in one process. */
export const chain: Contestant = {
  name: 'chain',
  tables: 'hub',
  derivedAreRead: true,
  // What it has done is known for sure only when the outbox is empty, which it may be at the very end alone: no part of the turn is left out.
  warmUp: 0,
  start: (turn) => startHub(turn, 1, chainProgress, (place) => startHubProcess(place, ALL_APPS)),
  totals: readProfiles,
  settle: untilPublished,
  complaints: complaintsOfHub,
};

/** The profile stage without the relay. */
export const writer: Contestant = {
  name: 'writer',
  tables: 'hub',
  warmUp: 0.25,
  start: (turn) => startHub(turn, 1, profileProgress, (place) => startProcess(WRITER, [], ['--import', 'tsx'], place, 'profile')),
  totals: readProfiles,
  complaints: (turn, applied) => complaintsOfHub(turn, applied, false),
};

async function startHub(
  turn: Turn,
  processes: number,
  count: (turn: Turn) => Promise<number>,
  startOne: (place: HubPlace) => Promise<HubProcess>,
): Promise<Running> {
  const { brokers, redisUrl } = turn.stack.services;
  const place = { brokers, redisUrl, databaseUrl: turn.database.url };
  const running: HubProcess[] = [];
  for (let index = 0; index < processes; index += 1) running.push(await startOne(place));
  return {
    pids: running.map(({ pid }) => pid),
    progress: async () => ({ count: await count(turn), at: now() }),
    async stop() {
      for (const one of running) await one.stop();
      const rows = await turn.database.database.query<{ partition: number; next: bigint }>(
        'SELECT partition, next_offset AS next FROM hub.consumer_offset WHERE consumer_group = $1 AND topic = $2',
        ['profile', TOPIC],
      );
      return new Map(rows.map(({ partition, next }) => [partition, next]));
    },
  };
}

/** Events that the profile stage has committed. */
export async function profileProgress({ database }: Pick<Turn, 'database'>): Promise<number> {
  const [row] = await database.database.query<{ count: number }>({
    name: 'bench-progress',
    text: `SELECT coalesce(sum(applied + duplicate + stale + quarantined), 0)::int AS count FROM hub.consumer_offset WHERE consumer_group = 'profile'`,
  });
  return row?.count ?? 0;
}

/** Rows of the outbox that are not on the wire yet. */
export async function unsentRows({ database }: Pick<Turn, 'database'>): Promise<number> {
  const [row] = await database.database.query<{ count: number }>({
    name: 'bench-unsent',
    text: 'SELECT (SELECT coalesce(sum(rows), 0) FROM hub.outbox_pending)::int + (SELECT count(*)::int FROM hub.outbox_held) AS count',
  });
  return row?.count ?? 0;
}

/**
 * Events that profile, insight and forecast have all applied, less one for each outbox row that is not on the wire yet. Never too many:
 * an unsent row holds back at most one event.
 */
async function chainProgress({ database, ...turn }: Turn): Promise<number> {
  const rows = await database.database.query<{ count: number }>({
    name: 'bench-chain',
    text: `SELECT coalesce(sum(o.applied + o.duplicate + o.stale + o.quarantined), 0)::int AS count
FROM (VALUES ('profile', '${TOPIC}'), ('forecast', '${TOPIC}'), ('insight', '${ACTIVITY}')) AS wanted (name, topic)
LEFT JOIN hub.consumer_offset o ON o.consumer_group = wanted.name AND o.topic = wanted.topic GROUP BY wanted.name`,
  });
  const applied = Math.min(...rows.map(({ count }) => count));
  return Math.max(0, applied - (await unsentRows({ ...turn, database })));
}

/** Profiles by the customer at the source; a profile without one, or with several, shows under a name that is expected nowhere. */
async function readProfiles({ database }: Turn): Promise<Totals> {
  const rows = await database.database.query<{ id: string; orders: number; gross: string }>(
    `SELECT coalesce((SELECT string_agg(s->>'customerId', '+') FROM json_array_elements(document->'sources') s), 'nobody ' || profile_id) AS id,
  (document->>'orders')::int AS orders, coalesce((SELECT sum((t->>'gross')::bigint) FROM json_array_elements(document->'totals') t), 0)::text AS gross
FROM profile.profile WHERE visible`,
  );
  return new Map(rows.map(({ id, orders, gross }) => [id, { orders, gross: BigInt(gross) }]));
}

/** Inbox, accounting identity, outbox and wire agree with what was applied. */
async function complaintsOfHub(turn: Turn, applied: number, settled: boolean): Promise<string[]> {
  const { database } = turn.database;
  const [rows] = await database.query<{ inbox: number; activities: number; quarantined: number; difference: number }>(
    `SELECT (SELECT count(*)::int FROM hub.inbox i JOIN hub.consumer_group g ON g.id = i.consumer_group WHERE g.name = 'profile') AS inbox,
  (SELECT count(*)::int FROM hub.outbox WHERE aggregatetype = '${ACTIVITY}') AS activities,
  (SELECT count(*)::int FROM hub.quarantine) AS quarantined,
  (SELECT coalesce(sum(abs(next_offset - first_offset - gaps - applied - duplicate - stale - parked - quarantined)), 0)::int FROM hub.consumer_offset) AS difference`,
  );
  const complaints: string[] = [];
  if (rows?.inbox !== applied) complaints.push(`${applied} events, but ${rows?.inbox} inbox rows`);
  if (rows?.activities !== applied) complaints.push(`${applied} events, but ${rows?.activities} activities in the outbox`);
  if (rows?.quarantined !== 0) complaints.push(`${rows?.quarantined} records in quarantine`);
  if (rows?.difference !== 0) complaints.push(`the accounting identity is off by ${rows?.difference}`);
  if (!settled) return complaints;
  const marks = await withAdmin(turn.stack.services.brokers, (admin) => watermarks(admin, ACTIVITY));
  const wire = [...marks.values()].reduce((sum, { high }) => sum + Number(high), -Number(turn.activitiesBefore));
  // More is allowed: the relay sends at least once, and consumers drop what has an id they know.
  if (wire < applied) complaints.push(`${applied} events, but ${wire} activities on the wire`);
  return complaints;
}

const DRAIN_MS = 300_000;

/** Waits until everything in the outbox is on the wire. Throws after five minutes. */
export async function untilPublished(turn: Pick<Turn, 'database'>): Promise<void> {
  const started = now();
  while ((await unsentRows(turn)) > 0) {
    if (now() - started > DRAIN_MS) throw new Error(`the outbox is not empty after ${DRAIN_MS / 1000} s`);
    await delay(50);
  }
}
