import { boundedEdits } from '../compare/damerau-levenshtein.ts';
import { jaroWinklerSlices } from '../compare/jaro-winkler.ts';
import type { FieldKind } from './match-configuration.ts';
import type { ValueDictionary } from './value-dictionary.ts';

/** Level of agreement of two different values of a dictionary: 1 is nearly equal, the kind's last level is "differs". */
export type CompareValues = (a: number, b: number) => number;

/** The levels of each kind, best first. Level 0 is always equality; weights are learnt per level, so the names are all that is fixed. */
export const levelNames: Readonly<Record<FieldKind, readonly string[]>> = {
  name: [
    'equal',
    'one edit or same sound letters',
    'similar',
    'remotely similar or initial',
    'differs',
    'swapped with the other field',
    'one side in the other field',
  ],
  surname: [
    'equal',
    'one edit or same sound letters',
    'similar',
    'remotely similar or initial',
    'differs',
    'swapped with the other field',
    'one side in the other field',
  ],
  'full-name': ['equal', 'same words or one edit', 'similar', 'some words agree', 'differs'],
  date: ['equal', 'one edit, or day and month swapped', 'two of day, month, year agree', 'one of them agrees', 'differs'],
  number: ['equal', 'one edit', 'differs'],
  code: ['equal', 'one edit', 'two edits', 'differs'],
  category: ['equal', 'one edit', 'differs'],
  address: [
    'equal',
    'two edits or nearly equal',
    'most words agree',
    'some words agree',
    'differs',
    'swapped with the other field',
    'one side in the other field',
  ],
  text: [
    'equal',
    'two edits or nearly equal',
    'most words agree',
    'some words agree',
    'differs',
    'swapped with the other field',
    'one side in the other field',
  ],
  email: ['equal', 'same mailbox name or one edit', 'similar mailbox name', 'differs'],
  phone: ['equal', 'same last seven digits or one edit', 'differs'],
  identifier: ['equal', 'one edit', 'two edits', 'differs'],
};

/** The level that means "differs". */
export const differsLevel: Readonly<Record<FieldKind, number>> = {
  name: 4,
  surname: 4,
  'full-name': 4,
  date: 4,
  number: 2,
  code: 3,
  category: 2,
  address: 4,
  text: 4,
  email: 3,
  phone: 2,
  identifier: 3,
};

/**
 * The same comparison with a memory for the values numbered first, which are the frequent ones: a table of a byte per pair of
 * them, filled as pairs occur. Most pairs of a block are pairs of frequent values.
 */
export function rememberLevels(compare: CompareValues, size: number): CompareValues {
  const width = Math.min(size, 1024);
  const known = new Uint8Array(width * width);
  return (a, b) => {
    if (a >= width || b >= width) return compare(a, b);
    const at = a < b ? a * width + b : b * width + a;
    const level = known[at] as number;
    if (level !== 0) return level;
    const found = compare(a, b);
    known[at] = found;
    return found;
  };
}

/** Whether two different values of fields that swap are near enough to be one value in two places. */
export function createNearValues(dictionary: ValueDictionary): (a: number, b: number) => boolean {
  const tools = slices(dictionary);
  return (a, b) => (tools.longest(a, b) >= 3 && tools.edits(a, b, 1) <= 1) || tools.similarity(a, b, 0.93) >= 0.93;
}

/** The comparison of a kind over one dictionary. Equal numbers never reach it. */
export function createCompareValues(kind: FieldKind, dictionary: ValueDictionary): CompareValues {
  const tools = slices(dictionary);
  switch (kind) {
    case 'name':
    case 'surname':
      return nameLevels(tools);
    case 'full-name':
      return fullNameLevels(tools, wordOverlap(dictionary));
    case 'date':
      return dateLevels(tools, dictionary);
    case 'number':
      return (a, b) => (tools.longest(a, b) >= 2 && tools.edits(a, b, 1) <= 1 ? 1 : 2);
    case 'category':
      return (a, b) => (tools.edits(a, b, 1) <= 1 ? 1 : 2);
    case 'code':
    case 'identifier':
      return (a, b) => {
        const edits = tools.edits(a, b, 2);
        return edits <= 1 ? 1 : edits === 2 && tools.longest(a, b) >= 4 ? 2 : 3;
      };
    case 'address':
    case 'text':
      return textLevels(tools, wordOverlap(dictionary));
    case 'email':
      return emailLevels(tools, dictionary);
    case 'phone':
      return (a, b) => (tools.edits(a, b, 1) <= 1 || sameEnd(dictionary, a, b, 7) ? 1 : 2);
  }
}

interface Slices {
  longest(a: number, b: number): number;
  /** Optimal-string-alignment distance, or limit + 1. */
  edits(a: number, b: number, limit: number): number;
  /** Jaro–Winkler, or 0 when it provably stays below the floor. */
  similarity(a: number, b: number, floor: number): number;
  /** Whether one key is a leading part of the other. */
  leads(a: number, b: number): boolean;
}

function slices(dictionary: ValueDictionary): Slices {
  return {
    longest: (a, b) => Math.max(dictionary.shape[a * 4 + 3] as number, dictionary.shape[b * 4 + 3] as number),
    edits(a, b, limit) {
      const { units, shape } = dictionary;
      // One edit repairs at most one letter that only one side has.
      if (onlyIn(shape, a * 4, b * 4) > limit || onlyIn(shape, b * 4, a * 4) > limit) return limit + 1;
      return boundedEdits(
        units,
        shape[a * 4 + 2] as number,
        shape[a * 4 + 3] as number,
        units,
        shape[b * 4 + 2] as number,
        shape[b * 4 + 3] as number,
        limit,
      );
    },
    similarity(a, b, floor) {
      const { units, shape } = dictionary;
      const la = shape[a * 4 + 3] as number;
      const lb = shape[b * 4 + 3] as number;
      if (la === 0 || lb === 0) return 0;
      // A letter that only one side has cannot be matched, which bounds Jaro from above; the prefix bonus is at most 0.4 of the rest.
      const matched = Math.min(la - onlyIn(shape, a * 4, b * 4), lb - onlyIn(shape, b * 4, a * 4));
      const bound = (matched / la + matched / lb + 1) / 3;
      if (bound + 0.4 * (1 - bound) < floor) return 0;
      const from = shape[a * 4 + 2] as number;
      const other = shape[b * 4 + 2] as number;
      if (bound < floor && units[from] !== units[other]) return 0;
      return jaroWinklerSlices(units, from, la, units, other, lb);
    },
    leads(a, b) {
      const { units, shape } = dictionary;
      const shorter = Math.min(shape[a * 4 + 3] as number, shape[b * 4 + 3] as number);
      for (let at = 0; at < shorter; at += 1)
        if (units[(shape[a * 4 + 2] as number) + at] !== units[(shape[b * 4 + 2] as number) + at]) return false;
      return shorter > 0;
    },
  };
}

/** Letters of a that b lacks, second occurrences counted apart: a lower bound of the letters that find no partner. */
function onlyIn(shape: Int32Array, a: number, b: number): number {
  return popCount((shape[a] as number) & ~(shape[b] as number)) + popCount((shape[a + 1] as number) & ~(shape[b + 1] as number));
}

function nameLevels(tools: Slices): CompareValues {
  return (a, b) => {
    const longest = tools.longest(a, b);
    const edits = longest >= 3 ? tools.edits(a, b, 2) : 3;
    if (edits <= 1) return 1;
    const similarity = tools.similarity(a, b, 0.78);
    if (similarity >= 0.93) return 1;
    if (similarity >= 0.86 || (edits === 2 && longest >= 6)) return 2;
    return similarity >= 0.78 || tools.leads(a, b) ? 3 : 4;
  };
}

function fullNameLevels(tools: Slices, overlap: CompareValues): CompareValues {
  return (a, b) => {
    const common = overlap(a, b);
    if (common >= 1 || tools.edits(a, b, 1) <= 1) return 1;
    const similarity = tools.similarity(a, b, 0.86);
    if (similarity >= 0.93 || common >= 0.8) return 2;
    return similarity >= 0.86 || common >= 0.3 ? 3 : 4;
  };
}

function textLevels(tools: Slices, overlap: CompareValues): CompareValues {
  return (a, b) => {
    const longest = tools.longest(a, b);
    if (longest >= 4 && tools.edits(a, b, longest >= 8 ? 2 : 1) <= (longest >= 8 ? 2 : 1)) return 1;
    const similarity = tools.similarity(a, b, 0.85);
    if (similarity >= 0.94) return 1;
    const common = overlap(a, b);
    if (common >= 0.6 || similarity >= 0.9) return 2;
    return common >= 0.25 || similarity >= 0.85 ? 3 : 4;
  };
}

function dateLevels(tools: Slices, dictionary: ValueDictionary): CompareValues {
  return (a, b) => {
    const { units, shape } = dictionary;
    if (shape[a * 4 + 3] !== 8 || shape[b * 4 + 3] !== 8) return tools.edits(a, b, 2) <= 1 ? 1 : tools.edits(a, b, 2) === 2 ? 2 : 4;
    const left = shape[a * 4 + 2] as number;
    const right = shape[b * 4 + 2] as number;
    const same = (from: number, other: number, count: number): boolean => {
      for (let at = 0; at < count; at += 1) if (units[left + from + at] !== units[right + other + at]) return false;
      return true;
    };
    const year = same(0, 0, 4);
    if (year && same(4, 6, 2) && same(6, 4, 2)) return 1;
    const agree = Number(year) + Number(same(4, 4, 2)) + Number(same(6, 6, 2));
    if (agree >= 1 && tools.edits(a, b, 1) <= 1) return 1;
    return agree === 2 ? 2 : agree === 1 ? 3 : 4;
  };
}

function emailLevels(tools: Slices, { keys }: ValueDictionary): CompareValues {
  const mailbox = (value: number): string => (keys[value] as string).slice(0, (keys[value] as string).lastIndexOf('@') + 1);
  return (a, b) => {
    if ((mailbox(a) !== '' && mailbox(a) === mailbox(b)) || tools.edits(a, b, 1) <= 1) return 1;
    return tools.similarity(a, b, 0.93) >= 0.93 ? 2 : 3;
  };
}

/** Weight of the common words over the weight of all words of both: rare words count more (inverse document frequency). */
function wordOverlap(dictionary: ValueDictionary): CompareValues {
  return (a, b) => {
    const { wordOffset, wordIds } = dictionary;
    let i = wordOffset[a] as number;
    let j = wordOffset[b] as number;
    const iEnd = wordOffset[a + 1] as number;
    const jEnd = wordOffset[b + 1] as number;
    let common = 0;
    while (i < iEnd && j < jEnd) {
      const left = wordIds[i] as number;
      const right = wordIds[j] as number;
      if (left === right) common += dictionary.weightOf(left);
      if (left <= right) i += 1;
      if (right <= left) j += 1;
    }
    if (common === 0) return 0;
    let all = -common;
    for (i = wordOffset[a] as number; i < iEnd; i += 1) all += dictionary.weightOf(wordIds[i] as number);
    for (j = wordOffset[b] as number; j < jEnd; j += 1) all += dictionary.weightOf(wordIds[j] as number);
    return common / all;
  };
}

function sameEnd({ keys }: ValueDictionary, a: number, b: number, digits: number): boolean {
  const left = keys[a] as string;
  const right = keys[b] as string;
  return left.length >= digits && right.length >= digits && left.slice(-digits) === right.slice(-digits);
}

function popCount(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
