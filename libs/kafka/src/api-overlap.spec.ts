import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { missingOverlap, type ClientApi } from './api-overlap.ts';
import { createKafka } from './kafka-client.ts';
import { kafkajsInternals } from './kafkajs-internals.ts';
import { repairKafkajs } from './repair-kafkajs.ts';

const api: ClientApi = { name: 'Produce', key: 0, versions: [0, 1, 2, 3] };
const broker = (minVersion: number, maxVersion: number) => ({ 0: { minVersion, maxVersion } });

describe('missingOverlap', () => {
  it('finds nothing while the lesser of the newest versions is one that both speak', () => {
    for (const [oldest, newest] of [
      [0, 0],
      [0, 9],
      [3, 3],
      [3, 12],
      [2, 2],
    ] as const)
      expect(missingOverlap([api], broker(oldest, newest))).toEqual([]);
  });

  it('tells an API that is newer throughout, older throughout, or not there', () => {
    expect(missingOverlap([api], broker(4, 9))).toEqual(['Produce: the broker has 4 to 9, the client 0 to 3']);
    expect(missingOverlap([{ ...api, versions: [3, 4] }], broker(0, 2))).toEqual(['Produce: the broker has 0 to 2, the client 3 to 4']);
    expect(missingOverlap([api], {})).toEqual(['Produce: the broker has none']);
  });

  it('holds for Kafka 4.4 as its protocol guide has it, and asks for Fetch 11', () => {
    const guide: Record<number, [number, number]> = {
      0: [3, 13],
      1: [4, 17],
      2: [1, 11],
      3: [0, 13],
      8: [2, 10],
      9: [1, 10],
      10: [0, 6],
      11: [2, 9],
      12: [0, 4],
      13: [0, 5],
      14: [0, 5],
      19: [2, 7],
    };
    const versions = Object.fromEntries(Object.entries(guide).map(([key, [minVersion, maxVersion]]) => [key, { minVersion, maxVersion }]));
    const { calledApis } = kafkajsInternals();
    expect(missingOverlap(calledApis, versions)).toEqual([]);
    expect(missingOverlap(calledApis, { ...versions, 1: { minVersion: 0, maxVersion: 10 } })).toEqual([
      'Fetch: the broker has 0 to 10, the client 11 to 11',
    ]);
  });
});

describe('a broker of another time', () => {
  let server: Server;
  /** Answers ApiVersions, and nothing else, with one range for every API. */
  beforeAll(async () => {
    server = createServer((socket) =>
      socket.on('data', (request: Buffer) => {
        const apis = Array.from({ length: 60 }, (_, key) => [key, 90, 99]);
        const answer = Buffer.alloc(4 + 4 + 2 + 4 + apis.length * 6 + 4);
        answer.writeInt32BE(answer.length - 4, 0);
        request.copy(answer, 4, 8, 12);
        answer.writeInt32BE(apis.length, 10);
        apis.flat().forEach((value, index) => answer.writeInt16BE(value, 14 + index * 2));
        socket.write(answer);
      }),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('is refused when it is connected to, once, with what is missing', async () => {
    const { port } = server.address() as { port: number };
    const kafka = createKafka([`127.0.0.1:${port}`], 'spec', { info: () => undefined, warn: () => undefined, error: () => undefined });
    repairKafkajs();
    await expect(kafka.admin().connect()).rejects.toThrow(
      new RegExp(
        `^the broker 127\\.0\\.0\\.1:${port} does not speak the versions of this client \\(Produce: the broker has 90 to 99, the client 0 to 7; Fetch: .*Kafka 2\\.3 to 4\\.x`,
      ),
    );
  });
});
