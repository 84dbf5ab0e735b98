import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import { freePorts, refuseBusyPorts } from './ports.ts';

describe('freePorts', () => {
  it('answers different ports, below those the system gives to outgoing connections, on which one can listen', async () => {
    const ports = await freePorts(6);
    expect(new Set(ports).size).toBe(6);
    expect(Math.max(...ports)).toBeLessThan(32_000);
    await expect(refuseBusyPorts(ports.map((port) => ({ title: 'Kafka', port })))).resolves.toBeUndefined();
  });
});

describe('refuseBusyPorts', () => {
  it('names the busy port and the service that wanted it', async () => {
    const [free, busy] = await freePorts(2);
    const rival = createServer();
    await new Promise<void>((resolve) => rival.listen(busy, '127.0.0.1', resolve));
    const wanted = [
      { title: 'Kafka', port: Number(free) },
      { title: 'PostgreSQL', port: Number(busy) },
    ];
    await expect(refuseBusyPorts(wanted)).rejects.toMatchObject({
      code: 'port-busy',
      message: `port ${busy} on 127.0.0.1, wanted for PostgreSQL, is in use by another program`,
      cure: expect.stringContaining('another port for PostgreSQL'),
    });
    await new Promise((resolve) => rival.close(resolve));
  });

  it('refuses one port for two services', async () => {
    const [port] = await freePorts(1);
    const wanted = ['Kafka', 'Redis'].map((title) => ({ title, port: Number(port) }));
    await expect(refuseBusyPorts(wanted)).rejects.toMatchObject({
      code: 'port-busy',
      message: `port ${port} is given to both Kafka and Redis`,
    });
  });
});
