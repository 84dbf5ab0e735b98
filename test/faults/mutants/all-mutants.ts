import type { Mutant } from './mutant.ts';

const one = (name: string, cells: readonly string[], file: string, from: string, to: string): Mutant => ({
  name,
  cells,
  edits: [{ file, from, to }],
});

const persistence = 'libs/persistence/dist/';
const kafka = 'libs/kafka/dist/';
const profile = 'apps/profile/dist/';

/** Ways to break what the hub promises, each with the cells that must notice. */
export const allMutants: readonly Mutant[] = [
  one('the offset moves without compare-and-set', ['F13c', 'F13a'], `${persistence}offset-store.js`, ' AND o.next_offset = u.expected', ''),
  one(
    'offsets move outside the transaction',
    ['F10'],
    `${persistence}apply-batch.js`,
    'await moveOffsets(tx, stage.group, moves)',
    'await moveOffsets(context.database, stage.group, moves)',
  ),
  one('the inbox calls everything new', ['F24b'], `${persistence}inbox.js`, 'if (row?.added === first.size)', 'if (row !== undefined)'),
  one('older versions are applied', ['F17'], `${profile}fold-fact.js`, 'if (fact.version < known.version) {', 'if (fact.version < -1n) {'),
  one(
    'a document said again counts again',
    ['F17'],
    `${profile}fold-fact.js`,
    "if (fact.hash === known.hash)\n                return { kind: 'duplicate' };",
    '',
  ),
  one('quarantine without a row', ['F17'], `${persistence}apply-records.js`, 'await quarantine(tx, rejected);', ''),
  one(
    'marked before the acknowledgement',
    ['F26b'],
    `${kafka}outbox-relay.js`,
    "await this.options.onStep?.('relay-selected');",
    "await this.options.onStep?.('relay-selected');\n        await markPublished(database, found.parts, []);",
  ),
  one(
    'the relay passes over what failed',
    ['F26b'],
    `${kafka}outbox-relay.js`,
    'if (!isRefusal(error))\n                throw error;',
    'if (!isRefusal(error))\n                return rows.length;',
  ),
  one(
    'a key does not wait behind its refused row',
    ['F27'],
    `${kafka}outbox-relay.js`,
    'if (!row.held && !stuck.has(keyOf(row)))',
    'if (row !== undefined)',
  ),
  one('rows are published newest first', ['F24b'], `${persistence}outbox-queue.js`, 'ORDER BY o.sequence`', 'ORDER BY o.sequence DESC`'),
  one(
    'the outbox is read by a cursor',
    ['F42'],
    `${persistence}outbox-queue.js`,
    'if (parts.length === 0)\n        return { parts, rows: [] };',
    `const cursors = (globalThis.cursors ??= new Map());
    const behind = parts.filter((part) => part.first <= (cursors.get(String(shards)) ?? 0n));
    if (behind.length > 0) {
        await db.query('DELETE FROM hub.outbox_pending WHERE first = ANY($1::bigint[])', [int8Array(behind.map((part) => part.first))]);
        return { parts: [], rows: [] };
    }
    if (parts.length === 0)
        return { parts, rows: [] };
    cursors.set(String(shards), parts.at(-1).first);`,
  ),
  one(
    'event ids are drawn at random',
    ['F36b'],
    `${persistence}event-key.js`,
    'const name = `${causeSource}\\n${causeId}\\n${type}\\n${n}`;',
    'const name = `${Math.random()}`;',
  ),
  one('lost commits are not looked for', ['F36a'], `${kafka}partition-positions.js`, 'now === undefined || now < next', 'false'),
  {
    name: "Kafka's committed offset is trusted",
    cells: ['F20'],
    edits: [
      {
        file: `${kafka}partition-positions.js`,
        from: 'try {\n                seek(topic, partition, (await this.open(topic, partition)).next);',
        to: 'try {\n                await this.open(topic, partition);',
      },
      {
        file: `${kafka}partition-positions.js`,
        from: 'async leaveForGap(topic, partition, state, first) {',
        to: 'async leaveForGap(topic, partition, state, first) {\n        if (first >= 0n)\n            return false;',
      },
    ],
  },
  one('removed records are passed over', ['F21'], `${kafka}position-fault.js`, 'if (mark.low > next)', 'if (mark.low < 0n)'),
  one(
    'profiles are locked in no order',
    ['F41c'],
    `${profile}profile-row.store.js`,
    'ORDER BY profile_id FOR UPDATE ${',
    'ORDER BY random() FOR UPDATE ${',
  ),
];
