import { afterAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@tributary/embedded';
import { startCli } from '../support/demo-process.ts';

const ENVIRONMENT = 4;

describe('an environment that lacks something', () => {
  const folder = join(tmpdir(), `tributary-e2e-${randomUUID()}`);
  mkdirSync(folder, { recursive: true });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('without Java: one line with the cure, exit code 4', async () => {
    const path = join(folder, 'bin');
    mkdirSync(path);
    symlinkSync(process.execPath, join(path, 'node'));
    const [port] = await freePorts(1);
    const run = startCli(['demo', '--exit', '--data-dir', join(folder, 'a'), '--port', String(port)], { PATH: path, JAVA_HOME: undefined });
    expect(await run.ended()).toBe(ENVIRONMENT);
    expect(run.err().trim().split('\n').at(-1)).toMatch(/^tributary: .*Java/);
    expect(run.err()).not.toMatch(/\n\s+at /);
  }, 60_000);

  it('with a busy port: names the port, exit code 4', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const run = startCli(['demo', '--exit', '--data-dir', join(folder, 'b'), '--port', String(port)]);
    const code = await run.ended();
    server.close();
    expect(code).toBe(ENVIRONMENT);
    expect(run.err()).toContain(String(port));
    expect(run.err()).not.toMatch(/\n\s+at /);
  }, 60_000);

  it('with a wrong setting: every fault is listed, exit code 4', async () => {
    const given = {
      KAFKA_BROKERS: '127.0.0.1:1',
      DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x',
      REDIS_URL: 'redis://127.0.0.1:1',
      TRIBUTARY_CURRENCY: 'EURO',
      TRIBUTARY_NONSENSE: '1',
    };
    const run = startCli(['up', '--data-dir', join(folder, 'c')], given);
    expect(await run.ended()).toBe(ENVIRONMENT);
    for (const name of ['TRIBUTARY_CURRENCY', 'TRIBUTARY_NONSENSE', 'TRIBUTARY_IDENTITY_KEY']) expect(run.err()).toContain(name);
  }, 60_000);
});
