import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { quarantine, type QuarantineRow } from './quarantine.ts';

const row = (change: Partial<QuarantineRow>): QuarantineRow => ({
  group: 'spec',
  source: 'shop',
  eventId: 'e-1',
  contract: 'commerce.order',
  schemaId: 7,
  faults: [{ field: 'text', reason: 'control-char', detail: 'holds U+0000' }],
  key: Buffer.from('k'),
  headers: {},
  value: Buffer.from('value'),
  ...change,
});
interface Stored {
  readonly seen: number;
  readonly value: Buffer | null;
  readonly faults: { detail: string }[];
  readonly headers: Record<string, unknown>;
  readonly source: string | null;
  readonly key: Buffer | null;
}

describe('the quarantine', () => {
  let own: FreshDatabase;
  beforeAll(async () => void (own = await freshDatabase([])), 30_000);
  afterAll(() => own.drop());
  const put = (...rows: QuarantineRow[]): Promise<void> => own.database.transaction((tx) => quarantine(tx, rows));
  const stored = (group: string): Promise<Stored[]> =>
    own.database.query<Stored>(
      'SELECT seen, value, faults, headers, source, record_key AS key FROM hub.quarantine WHERE consumer_group = $1 ORDER BY id',
      [group],
    );

  it('keeps NUL and lone surrogates readable in the evidence and the bytes as they are', async () => {
    const value = Buffer.from([0, 255, 0xed, 0xa0, 0x80]);
    await put(
      row({
        group: 'nul',
        source: 'sh\0op',
        position: { topic: 't', partition: 0, offset: 1n },
        faults: [{ field: 'a\0b', reason: 'control-char', detail: 'x\0y \ud800 z \udc00 😀' }],
        headers: { plain: Buffer.from('tex\0t'), list: [Buffer.from('a'), 'b\0'], 'na\0me': 'v', '\ud83d': 1n },
        key: Buffer.from([0, 1]),
        value,
      }),
    );
    const [found] = await stored('nul');
    expect(found?.faults[0]).toEqual({ field: 'a\\u0000b', reason: 'control-char', detail: 'x\\u0000y \\ud800 z \\udc00 😀' });
    expect(found?.headers).toEqual({ plain: 'tex\\u0000t', list: ['a', 'b\\u0000'], 'na\\u0000me': 'v', '\\ud83d': '1' });
    expect(found?.source).toBe('sh\\u0000op');
    expect(found?.value?.equals(value)).toBe(true);
    expect(found?.key?.equals(Buffer.from([0, 1]))).toBe(true);
  });

  it('the same record seen again raises its count; another one is another row', async () => {
    const at = (offset: bigint): QuarantineRow => row({ group: 'again', position: { topic: 't', partition: 3, offset } });
    await put(at(1n), at(2n));
    await put(at(1n));
    expect((await stored('again')).map((entry) => entry.seen)).toEqual([2, 1]);
  });

  it('the same refused request seen again raises its count, also when it names no source, no id, or has no body', async () => {
    for (const change of [{}, { source: null, eventId: null }, { eventId: null, value: null }]) {
      await put(row({ group: 'http', ...change }));
      await put(row({ group: 'http', ...change }));
    }
    await put(row({ group: 'http', value: Buffer.from('other') }));
    expect((await stored('http')).map((entry) => entry.seen)).toEqual([2, 2, 2, 1]);
  });
});
