import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeFolderLock } from './folder-lock.ts';
import { freePorts } from './ports.ts';
import { startEmbedded } from './start-embedded.ts';

const root = mkdtempSync(join(tmpdir(), 'tributary-start-'));
afterAll(() => rmSync(root, { recursive: true }));

const somePorts = async () => {
  const [kafka, controller, postgres, redis] = await freePorts(4);
  return { kafka: Number(kafka), controller: Number(controller), postgres: Number(postgres), redis: Number(redis) };
};

describe('startEmbedded refuses', () => {
  it('a busy port, before anything is started, and lets go of the data folder', async () => {
    const ports = await somePorts();
    const rival = createServer();
    await new Promise<void>((resolve) => rival.listen(ports.controller, '127.0.0.1', resolve));
    const dataDir = join(root, 'busy');
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await expect(startEmbedded({ dataDir, ports })).rejects.toMatchObject({
        name: 'EmbeddedFault',
        code: 'port-busy',
        message: expect.stringContaining(`port ${ports.controller} on 127.0.0.1, wanted for Kafka's controller`),
      });
    }
    expect(readdirSync(dataDir)).toEqual(['logs']);
    await new Promise((resolve) => rival.close(resolve));
  });

  it('a data folder that a running process uses, naming the process', async () => {
    const dataDir = join(root, 'used');
    mkdirSync(dataDir);
    const lock = takeFolderLock(join(dataDir, 'lock.json'));
    await expect(startEmbedded({ dataDir, ports: await somePorts() })).rejects.toMatchObject({
      code: 'data-folder-in-use',
      message: `the data folder ${dataDir} is in use by process ${process.pid}, which is running`,
    });
    if (lock.kind === 'taken') lock.release();
  });
});
