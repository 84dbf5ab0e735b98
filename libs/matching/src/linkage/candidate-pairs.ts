import { joinHash } from './hash-text.ts';
import type { BlockingAtom } from './blocking-atoms.ts';
import type { EncodedField } from './encode-table.ts';

/** Atoms that must all agree. */
export type CompiledRule = readonly BlockingAtom[];

/** Sees each pair of records once, left < right, with the first rule that proposed it. */
export type PairVisitor = (left: number, right: number, rule: number) => void;

/** The key of a record under a rule: 0 when an atom is missing, else a 32-bit hash (a collision only costs one comparison more). */
export function ruleKey(rule: CompiledRule, blockOf: (atom: BlockingAtom) => number): number {
  let key = 0x9e3779b9;
  for (const atom of rule) {
    const block = blockOf(atom);
    if (block === 0) return 0;
    key = joinHash(key, block);
  }
  return key || 1;
}

/** The keys of all records under a rule. */
export function ruleKeys(rule: CompiledRule, fields: readonly EncodedField[], records: number): Int32Array {
  const keys = new Int32Array(records);
  const columns = rule.map((atom) => (fields[atom.field] as EncodedField).codes);
  const blocks = rule.map((atom) => atom.blocks);
  const atoms = rule.length;
  for (let record = 0; record < records; record += 1) {
    let key = 0x9e3779b9;
    let known = true;
    for (let a = 0; a < atoms; a += 1) {
      const code = (columns[a] as Int32Array)[record] as number;
      const block = code < 0 ? 0 : ((blocks[a] as Int32Array)[code] as number);
      if (block === 0) {
        known = false;
        break;
      }
      key = joinHash(key, block);
    }
    keys[record] = known ? key || 1 : 0;
  }
  return keys;
}

/** Records in the order of their keys' buckets: a counting sort, so a million records take milliseconds. */
export function bucketsOf(keys: Int32Array): { readonly order: Int32Array; readonly start: Int32Array } {
  const bits = Math.max(1, Math.min(24, Math.ceil(Math.log2(keys.length + 1))));
  const shift = 32 - bits;
  const start = new Int32Array((1 << bits) + 1);
  let used = 0;
  for (let record = 0; record < keys.length; record += 1) {
    const key = keys[record] as number;
    if (key === 0) continue;
    used += 1;
    const bucket = (key >>> shift) + 1;
    start[bucket] = (start[bucket] as number) + 1;
  }
  for (let bucket = 1; bucket < start.length; bucket += 1) start[bucket] = (start[bucket] as number) + (start[bucket - 1] as number);
  const next = start.slice();
  const order = new Int32Array(used);
  for (let record = 0; record < keys.length; record += 1) {
    const key = keys[record] as number;
    if (key === 0) continue;
    const bucket = key >>> shift;
    const at = next[bucket] as number;
    order[at] = record;
    next[bucket] = at + 1;
  }
  return { order, start };
}

/**
 * Visits every pair that at least one rule puts into a block, once: a later rule skips what an earlier one has shown, by
 * comparing the earlier keys, so no set of pairs is kept. With `source`, only pairs across files; with `every`, one in so many of them.
 */
export function forEachCandidate(
  rules: readonly CompiledRule[],
  fields: readonly EncodedField[],
  records: number,
  source: readonly number[] | undefined,
  visit: PairVisitor,
  every = 1,
): void {
  const width = rules.length;
  const keys = new Int32Array(records * width);
  for (const [r, rule] of rules.entries()) {
    const own = ruleKeys(rule, fields, records);
    for (let record = 0; record < records; record += 1) keys[record * width + r] = own[record] as number;
    const { order, start } = bucketsOf(own);
    const inOrder = order.map((record) => own[record] as number);
    for (let bucket = 0; bucket + 1 < start.length; bucket += 1) {
      const end = start[bucket + 1] as number;
      for (let i = start[bucket] as number; i + 1 < end; i += 1) {
        const left = order[i] as number;
        const key = inOrder[i] as number;
        const leftKeys = left * width;
        for (let j = i + 1; j < end; j += 1) {
          if (inOrder[j] !== key) continue;
          const right = order[j] as number;
          if (every > 1 && !isSampled(left, right, every)) continue;
          if (source !== undefined && source[left] === source[right]) continue;
          const rightKeys = right * width;
          let earlier = 0;
          while (earlier < r && (keys[leftKeys + earlier] !== keys[rightKeys + earlier] || keys[leftKeys + earlier] === 0)) earlier += 1;
          if (earlier === r) visit(left, right, r);
        }
      }
    }
  }
}

/** How many pairs a rule proposes among these records, counted without visiting them. */
export function ruleCost(keys: Int32Array, source: readonly number[] | undefined): number {
  const all = pairsOfEqual(keys);
  return source === undefined
    ? all
    : all - pairsOfEqual(keys.map((key, record) => (key === 0 ? 0 : joinHash(key, source[record] as number) || 1)));
}

/** The number of pairs with equal keys, 0 apart: each key meets those seen before it, in a table of twice their number. */
function pairsOfEqual(keys: Int32Array): number {
  const bits = Math.max(4, Math.ceil(Math.log2(keys.length + 1)) + 1);
  const mask = (1 << bits) - 1;
  const held = new Int32Array(mask + 1);
  const times = new Int32Array(mask + 1);
  let pairs = 0;
  for (let record = 0; record < keys.length; record += 1) {
    const key = keys[record] as number;
    if (key === 0) continue;
    let slot = key & mask;
    while (held[slot] !== key && held[slot] !== 0) slot = (slot + 1) & mask;
    held[slot] = key;
    pairs += times[slot] as number;
    times[slot] = (times[slot] as number) + 1;
  }
  return pairs;
}

/** Whether a pair belongs to a fixed one-in-`every` sample of all pairs, by a hash of the pair. */
function isSampled(left: number, right: number, every: number): boolean {
  return joinHash(joinHash(0x51ed270b, Math.min(left, right)), Math.max(left, right)) >>> 0 < 4294967296 / every;
}
