// The stack under test is one of its own, started by a separate process that the test can kill; the clients are the plain ones, because
// what is tested is that real services come back with what they had acknowledged.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { freePorts } from './ports.ts';
import { isRunning } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { readServiceRecord } from './service-record.ts';

const dataDir = join(tmpdir(), `tributary-crash-${process.pid}-${Date.now()}`);
const PACKAGE = new URL('../dist/index.js', import.meta.url).href;

type Hub = { child: ChildProcess; brokers: string; databaseUrl: string; redisUrl: string; tookMs: number };

const hubs: ChildProcess[] = [];
let ports: Record<string, number> = {};

/** A process that starts the services and then does nothing, as a hub does. */
async function startHub(): Promise<Hub> {
  const program = `
    import { startEmbedded } from ${JSON.stringify(PACKAGE)};
    const began = performance.now();
    const embedded = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, ports: ${JSON.stringify(ports)}, log: (line) => console.error(line), postgresSettings: { work_mem: '7MB', shared_buffers: '96MB' } });
    const { brokers, databaseUrl, redisUrl } = embedded;
    console.log(JSON.stringify({ brokers, databaseUrl, redisUrl, tookMs: Math.round(performance.now() - began) }));
    process.on('SIGTERM', () => embedded.stop().then(() => process.exit(0)));
    setInterval(() => undefined, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  hubs.push(child);
  let said = '';
  for await (const text of child.stdout) {
    said += String(text);
    if (said.includes('\n')) break;
  }
  return { child, ...(JSON.parse(said) as Omit<Hub, 'child'>) };
}

const recorded = (): ProcessIdentity[] => {
  const record = readServiceRecord(dataDir);
  if (record?.reaper === undefined) throw new Error('no record of running services');
  return [record.reaper, ...Object.values(record.services)];
};

async function ended(processes: readonly ProcessIdentity[], withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (processes.some(isRunning) && performance.now() < until) await delay(50);
  return !processes.some(isRunning);
}

/** Writes one thing to each service and returns when each has acknowledged it. */
async function write(hub: Hub, name: string): Promise<void> {
  const kafka = new Kafka({ brokers: [hub.brokers], logLevel: logLevel.NOTHING });
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }], waitForLeaders: true });
  await producer.send({ topic: 'kept', acks: -1, messages: Array.from({ length: 100 }, (_, index) => ({ value: `${name}-${index}` })) });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  const database = new pg.Client({ connectionString: hub.databaseUrl });
  await database.connect();
  await database.query('CREATE TABLE IF NOT EXISTS kept (name text PRIMARY KEY)');
  await database.query('INSERT INTO kept VALUES ($1)', [name]);
  await database.end();
  const redis = new Redis(hub.redisUrl);
  await redis.rpush('kept', name);
  redis.disconnect();
}

async function read(hub: Hub): Promise<{ records: number; rows: string[]; list: string[] }> {
  const admin = new Kafka({ brokers: [hub.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const [partition] = await admin.fetchTopicOffsets('kept');
  await admin.disconnect();
  const database = new pg.Client({ connectionString: hub.databaseUrl });
  await database.connect();
  const { rows } = await database.query<{ name: string }>('SELECT name FROM kept ORDER BY name');
  await database.end();
  const redis = new Redis(hub.redisUrl);
  const list = await redis.lrange('kept', 0, -1);
  redis.disconnect();
  return { records: Number(partition?.high), rows: rows.map((row) => row.name), list };
}

beforeAll(async () => {
  const [kafka, controller, postgres, redis] = await freePorts(4);
  ports = { kafka: Number(kafka), controller: Number(controller), postgres: Number(postgres), redis: Number(redis) };
});

afterAll(async () => {
  for (const hub of hubs) hub.kill('SIGKILL');
  const left = existsSync(join(dataDir, 'services.json')) ? recorded() : [];
  expect(await ended(left, 20_000)).toBe(true);
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the embedded services', () => {
  let hub: Hub;

  it('end when the hub is killed, and come back with their data', async () => {
    hub = await startHub();
    await write(hub, 'a');
    const processes = recorded();
    expect(processes).toHaveLength(4);
    hub.child.kill('SIGKILL');
    expect(await ended(processes, 15_000)).toBe(true);
    expect(readFileSync(join(dataDir, 'logs', 'reaper.log'), 'utf8')).toContain('stopping them');
    hub = await startHub();
    expect(await read(hub)).toEqual({ records: 100, rows: ['a'], list: ['a'] });
  }, 90_000);

  it('run PostgreSQL with the settings that were asked for, the delivered ones otherwise', async () => {
    const database = new pg.Client({ connectionString: hub.databaseUrl });
    await database.connect();
    const { rows } = await database.query<Record<string, string>>(
      "SELECT current_setting('work_mem') AS asked, current_setting('shared_buffers') AS replaced, current_setting('max_wal_size') AS delivered",
    );
    await database.end();
    expect(rows).toEqual([{ asked: '7MB', replaced: '96MB', delivered: '2GB' }]);
  }, 30_000);

  it('come back with their data when everything is killed at once and the tail of the Redis file is cut', async () => {
    await write(hub, 'b');
    const processes = recorded();
    for (const { pid } of processes) process.kill(pid, 'SIGKILL');
    hub.child.kill('SIGKILL');
    expect(await ended(processes, 5_000)).toBe(true);
    appendFileSync(join(dataDir, 'redis', 'appendonly.aof'), '*3\r\n$5\r\nRPUSH\r\n$4\r\nke');
    hub = await startHub();
    expect(await read(hub)).toEqual({ records: 200, rows: ['a', 'b'], list: ['a', 'b'] });
  }, 90_000);

  it('that were left running without a reaper are stopped by the next start', async () => {
    const left = recorded();
    const reaper = left[0];
    if (reaper === undefined) throw new Error('no reaper');
    process.kill(reaper.pid, 'SIGKILL');
    hub.child.kill('SIGKILL');
    expect(left.slice(1).every(isRunning)).toBe(true);
    hub = await startHub();
    expect(left.some(isRunning)).toBe(false);
    expect(await read(hub)).toEqual({ records: 200, rows: ['a', 'b'], list: ['a', 'b'] });
  }, 90_000);

  it('are gone, with their reaper and their record, when stop() answers', async () => {
    const processes = recorded();
    const exit = new Promise<number | null>((resolve) => hub.child.once('exit', resolve));
    hub.child.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(processes.some(isRunning)).toBe(false);
    expect(existsSync(join(dataDir, 'services.json'))).toBe(false);
    expect(existsSync(join(dataDir, 'lock.json'))).toBe(false);
  }, 30_000);
});
