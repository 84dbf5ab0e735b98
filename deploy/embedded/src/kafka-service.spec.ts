import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { kafkaProperties } from './kafka-properties.ts';
import { brokersIn, metadataRequest } from './kafka-readiness.ts';
import { KAFKA_VERSION } from './kafka-service.ts';

describe('the embedded broker', () => {
  it('has the version that its pom fetches', () => {
    expect(readFileSync(new URL('../kafka/pom.xml', import.meta.url), 'utf8')).toContain(`<version>${KAFKA_VERSION}</version>`);
  });

  it('listens on 127.0.0.1 only and makes no topic unasked', () => {
    const lines = kafkaProperties({ broker: 19_092, controller: 19_093, logDir: '/data/kafka' }).split('\n');
    expect(lines).toContain('listeners=PLAINTEXT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19093');
    expect(lines).toContain('advertised.listeners=PLAINTEXT://127.0.0.1:19092');
    expect(lines).toContain('controller.quorum.voters=1@127.0.0.1:19093');
    expect(lines).toContain('auto.create.topics.enable=false');
    expect(lines).toContain('message.max.bytes=2097152');
    expect(lines).toContain('log.dirs=/data/kafka');
  });

  it('sends those who come in over a further port on to the port it is given for them', () => {
    const lines = kafkaProperties({ broker: 1, controller: 2, logDir: '/d', listeners: [{ port: 11, advertised: 21 }] }).split('\n');
    expect(lines).toContain('listeners=PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2,VIA0://127.0.0.1:11');
    expect(lines).toContain('advertised.listeners=PLAINTEXT://127.0.0.1:1,VIA0://127.0.0.1:21');
    expect(lines).toContain('listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,VIA0:PLAINTEXT');
  });

  it('writes a backslash in a path so that Java reads it back as one', () => {
    expect(kafkaProperties({ broker: 1, controller: 2, logDir: '/a\\b' })).toContain('log.dirs=/a\\\\b\n');
  });
});

describe('metadata request and reply', () => {
  it('is a Metadata v1 request without topics, its size in front', () => {
    const request = metadataRequest();
    expect(request.readInt32BE(0)).toBe(request.length - 4);
    expect([request.readInt16BE(4), request.readInt16BE(6), request.readInt32BE(8)]).toEqual([3, 1, 1]);
    expect(request.subarray(14, 29).toString()).toBe('tributary-start');
    expect(request.readInt32BE(29)).toBe(0);
    expect(request.length).toBe(33);
  });

  it('counts the brokers of a reply', () => {
    expect(brokersIn(Buffer.from('0000001000000001' + '00000000', 'hex'))).toBe(0);
    expect(brokersIn(Buffer.from('0000002000000001' + '00000001' + '00000001', 'hex'))).toBe(1);
  });
});
