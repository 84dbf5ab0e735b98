import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { Kafka, logLevel } from 'kafkajs';
import { freePorts } from '@tributary/embedded';
import { startCli, summaryOf, type CliRun } from '../support/demo-process.ts';

const SECOND = 1_000;

describe('the whole loop with the simulated seller', () => {
  const dataDir = join(tmpdir(), `tributary-e2e-${randomUUID()}`);
  let port: number;
  let args: string[];
  const running: CliRun[] = [];
  const start = (...more: string[]): CliRun => {
    const run = startCli([...args, ...more]);
    running.push(run);
    return run;
  };

  beforeAll(async () => {
    [port = 0] = await freePorts(1);
    args = ['demo', '--data-dir', dataDir, '--port', String(port), '--seed', '5', '--customers', '120', '--days', '90'];
  });

  afterAll(async () => {
    for (const run of running) {
      if (run.child.exitCode !== null || run.child.signalCode !== null) continue;
      run.child.kill('SIGINT');
      await run.ended();
    }
    rmSync(dataDir, { recursive: true, force: true });
  }, 60 * SECOND);

  it(
    'killed in the middle and started again, ends with the truth, balanced books and every answer of the ERP',
    async () => {
      const first = start('--exit', '--json');
      await first.seen(/applied [1-9]\d{2,}/);
      first.child.kill('SIGKILL');
      await first.ended();

      const second = start('--exit', '--json');
      expect([await second.ended(), second.err().slice(-2000)]).toEqual([0, expect.any(String)]);
      const summary = summaryOf(second);
      expect(summary).toMatchObject({
        ok: true,
        faults: [],
        source: 'simulator',
        accounting: { balanced: true, quarantined: '0' },
        erp: { unanswered: 0 },
        truth: { equal: true },
      });
      expect(summary.erp).toMatchObject({ published: expect.any(Number) });
      expect((summary.erp as { published: number }).published).toBeGreaterThan(0);
      expect(summary.forecasts).toBeGreaterThan(0);

      const again = start('--exit', '--json');
      expect(await again.ended()).toBe(0);
      const repeated = summaryOf(again);
      for (const name of ['money', 'orders', 'returns', 'customers', 'guests', 'forecasts']) expect(repeated[name]).toEqual(summary[name]);
    },
    300 * SECOND,
  );

  it(
    'serves the profile topic to a client that knows only the broker and the registry, and stops without leaving a process',
    async () => {
      const live = start();
      const consoleUrl = await live.seen(/console: (http:\/\/\S+)/);
      const { brokers } = JSON.parse(readFileSync(join(dataDir, 'addresses.json'), 'utf8')) as { brokers: string };
      const registry = new SchemaRegistry({ host: `http://127.0.0.1:${port + 4}` });
      const consumer = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).consumer({ groupId: `analyst-${randomUUID()}` });
      await consumer.connect();
      await consumer.subscribe({ topic: 'customer.profile.v1', fromBeginning: true });
      const profile = await new Promise<Record<string, unknown>>((resolve, reject) => {
        consumer
          .run({
            eachMessage: async ({ message }) => {
              if (message.value === null) return;
              const decoded = (await registry.decode(message.value)) as Record<string, unknown>;
              if ((decoded.orders as number) > 0) resolve(decoded);
            },
          })
          .catch(reject);
      });
      await consumer.disconnect();
      expect(profile).toMatchObject({
        profileId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        sources: expect.any(Array),
        totals: expect.any(Array),
      });

      const ready = await fetch(`${consoleUrl}/ready`);
      expect([ready.status, await ready.json()]).toEqual([200, { ok: true, reasons: {} }]);
      const metrics = await (await fetch(`${consoleUrl}/metrics`)).text();
      expect(metrics).toMatch(/tributary_accounting_difference\{group="profile"[^}]*\} 0/);

      live.child.kill('SIGINT');
      expect(await live.ended()).toBe(0);
      await expect(fetch(`${consoleUrl}/live`)).rejects.toThrow();
    },
    180 * SECOND,
  );
});
