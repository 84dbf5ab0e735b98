/**
 * One case of the codec suite in a process of its own, so that no other case's code shapes the machine code of this one, and so that plain
 * avsc is not touched by the product's repair of its array reader. Sends its parent microseconds of processor time an operation for each asked round, and how
 * often it called a registry or built a resolver after the first.
 */
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import avro from 'avsc';
import { contracts, FRAME_LENGTH } from '@tributary/contracts';
import { createWorkload } from '../workload/workload.ts';

/** Name of a case. */
export type CodecCase = 'plain' | 'avsc' | 'decode' | 'evolved' | 'json';

/** One round of a case. */
export interface CodecRound {
  readonly micros: number;
  /** Connections opened and resolvers built while it ran. */
  readonly calls: number;
}

const RECORDS = 2_000;
const ROUND_MS = 600;
const [older, latest] = contracts.order.versions;
if (older === undefined || latest === undefined) throw new Error('commerce.order has no earlier version');

const workload = createWorkload({ events: RECORDS, customers: 500, keys: 'uniform', partitions: 16, seed: 5 });
/** Without what the earlier version does not have, so that both versions carry the same. */
const orders = Array.from({ length: RECORDS }, (_, index) => ({ ...workload.orderOf(index), country: null }));
const framed = orders.map((order) => contracts.order.encode(order));
const json = orders.map((order) => Buffer.from(JSON.stringify(contracts.order.toJson(order))));

/** The same orders as the earlier version writes them: the body with the fields it lacks taken off, under its own id. */
function olderFramed(): Buffer[] {
  const plain = (schema: unknown): avro.Type => avro.Type.forSchema(schema as never, { wrapUnions: 'never' } as never);
  const [from, to] = [plain(latest?.schema), plain(older?.schema)];
  return framed.map((bytes) => {
    const body = to.toBuffer(from.fromBuffer(bytes.subarray(FRAME_LENGTH)));
    const head = Buffer.alloc(FRAME_LENGTH);
    head.writeInt32BE(older?.id ?? 0, 1);
    return Buffer.concat([head, body]);
  });
}

function operation(name: CodecCase): (index: number) => unknown {
  const accept = (read: { readonly ok: boolean }): unknown => {
    if (!read.ok) throw new Error(`${name}: refused: ${JSON.stringify(read)}`);
    return read;
  };
  switch (name) {
    case 'plain': {
      const type = freshAvsc().Type.forSchema(latest?.schema as never, { wrapUnions: 'never' } as never);
      return (index) => type.decode(framed[index] as Buffer, FRAME_LENGTH);
    }
    case 'avsc': {
      const type = moneyType();
      return (index) => type.decode(framed[index] as Buffer, FRAME_LENGTH);
    }
    case 'decode':
      return (index) => accept(contracts.order.decode(framed[index] as Buffer));
    case 'evolved': {
      const records = olderFramed();
      return (index) => accept(contracts.order.decode(records[index] as Buffer));
    }
    case 'json':
      return (index) => JSON.parse((json[index] as Buffer).toString('utf8')) as unknown;
  }
}

/** The schema as avsc's documentation has it read where money must be exact: decimals and longs as BigInt, nothing more. */
function moneyType(): avro.Type {
  const library = freshAvsc();
  class Decimal extends library.types.LogicalType {
    override _fromValue(bytes: Buffer): bigint {
      return BigInt(bytes.readIntBE(0, bytes.length));
    }
  }
  const long = library.types.LongType.__with({
    fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
    toBuffer: (value: bigint) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigInt64LE(value);
      return buffer;
    },
    fromJSON: BigInt,
    toJSON: String,
    isValid: (value: unknown) => typeof value === 'bigint',
    compare: (left: bigint, right: bigint) => (left === right ? 0 : left < right ? -1 : 1),
  });
  const options = { logicalTypes: { decimal: Decimal }, registry: { long }, wrapUnions: 'never' };
  return library.Type.forSchema(latest?.schema as never, options as never);
}

/** A second copy of the library: in the one that the contracts use, the array reader is repaired. */
function freshAvsc(): typeof avro {
  const require = createRequire(import.meta.url);
  for (const file of Object.keys(require.cache)) if (file.includes('/node_modules/avsc/')) Reflect.deleteProperty(require.cache, file);
  return require('avsc') as typeof avro;
}

/** Counts what a codec must not do once it is warm. */
function countCalls(): () => number {
  let calls = 0;
  const connect = Socket.prototype.connect as (...args: unknown[]) => Socket;
  Socket.prototype.connect = function counted(this: Socket, ...args: unknown[]): Socket {
    calls += 1;
    return connect.apply(this, args);
  } as typeof Socket.prototype.connect;
  const prototype = avro.Type.prototype as unknown as { createResolver(this: unknown, ...args: unknown[]): unknown };
  const resolver = prototype.createResolver;
  prototype.createResolver = function counted(...args) {
    calls += 1;
    return resolver.apply(this, args);
  };
  return () => calls;
}

const name = process.argv[2] as CodecCase;
const work = operation(name);
for (let warm = 0; warm < 10 * RECORDS; warm += 1) work(warm % RECORDS);
const calls = countCalls();
process.on('disconnect', () => process.exit());
process.on('message', () => {
  const before = calls();
  const started = performance.now();
  const used = process.cpuUsage();
  let done = 0;
  // The clock is asked once in many operations: asking it costs a tenth of one.
  while (performance.now() - started < ROUND_MS) for (let index = 0; index < RECORDS; index += 1, done += 1) work(index);
  const { user, system } = process.cpuUsage(used);
  const round: CodecRound = { micros: (user + system) / done, calls: calls() - before };
  process.send?.(round);
});
process.send?.('ready');
