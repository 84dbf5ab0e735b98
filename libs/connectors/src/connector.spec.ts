import { describe, expect, it } from '@jest/globals';
import { openConnectors } from './connector-catalogue.ts';
import { openConnector } from './connector.ts';
import type { ConnectorDefinition } from './connector-definition.ts';

const definition = (mapping: string): ConnectorDefinition => ({
  name: 'test',
  doc: '',
  form: 'mapped',
  signature: { scheme: 'standard-webhooks' },
  refusedStatus: 422,
  topic: 'body.kind',
  mappings: { stock: mapping },
  ignored: ['ping'],
});
const headers = { 'content-type': 'application/json' };
const read = (mapping: string, body: unknown) =>
  openConnector(definition(mapping)).read({ headers, body: Buffer.from(JSON.stringify(body)) });

describe('a mapped connector', () => {
  it('computes exactly, on text', async () => {
    const mapping =
      '{"type":"t","data":[$plus(a,b), $minus(a,b), $times(a,b), $divide(a,b,6), $divide(a,0,2), $total([a,[b,null]]), $divide("-1","8",2)]}';
    const reading = await read(mapping, { kind: 'stock', a: 0.1, b: 0.2 });
    expect(reading.ok && reading.events[0]?.data).toEqual({ json: ['0.3', '-0.1', '0.02', '0.5', '0', '0.3', '-0.13'] });
  });

  it('derives a version from the latest stamp and the content', async () => {
    const versionOf = async (text: string) => {
      const reading = await read('{"type":"t","data":$version([at, parts.at], $)}', {
        kind: 'stock',
        at: '2026-01-01T00:00:00Z',
        text,
        parts: [{ at: null }, { at: '2026-01-02T00:00:00Z' }],
      });
      return BigInt(reading.ok ? ((reading.events[0]?.data as { json: string }).json ?? 0) : 0);
    };
    const [first, again, other] = [await versionOf('a'), await versionOf('a'), await versionOf('b')];
    expect([again === first, other === first, first >> 20n]).toEqual([true, false, BigInt(Date.UTC(2026, 0, 2))]);
  });

  it('refuses a topic it does not know, answers one that carries nothing, and says why a mapping failed', async () => {
    expect(await read('{}', { kind: 'other' })).toMatchObject({
      ok: false,
      status: 422,
      faults: [{ field: 'topic', reason: 'unmappable' }],
    });
    expect(await read('{}', { kind: 'ping' })).toEqual({ ok: true, events: [] });
    const failed = await read('$plus(a, "1")', { kind: 'stock', a: 'x' });
    expect(failed).toMatchObject({ ok: false, faults: [{ detail: expect.stringContaining('no decimal') as unknown }] });
  });

  it('does not open with an expression that is no JSONata, nor twice under one name', () => {
    expect(() => openConnector(definition('{'))).toThrow(/connector test, mapping stock/);
    expect(() => openConnectors([definition('{}'), definition('{}')])).toThrow('two connectors are named test');
  });
});
