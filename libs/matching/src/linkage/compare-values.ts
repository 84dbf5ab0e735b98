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

/** Kinds whose comparison costs more than a look into a table of a million bytes. */
const remembered: ReadonlySet<FieldKind> = new Set(['name', 'surname', 'full-name', 'address', 'text', 'email']);

/**
 * The same comparison with a memory for the values numbered first, which are the frequent ones: a table of a byte per pair of
 * them, filled as pairs occur. Most pairs of a block are pairs of frequent values.
 */
export function rememberLevels(kind: FieldKind, compare: CompareValues, size: number): CompareValues {
  if (!remembered.has(kind)) return compare;
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
  return (a, b) => {
    tools.lay(a, b);
    return (tools.longest() >= 3 && tools.edits(1) <= 1) || tools.similarity(0.93) >= 0.93;
  };
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
      return (a, b) => {
        tools.lay(a, b);
        return tools.longest() >= 2 && tools.edits(1) <= 1 ? 1 : 2;
      };
    case 'category':
      return (a, b) => {
        tools.lay(a, b);
        return tools.edits(1) <= 1 ? 1 : 2;
      };
    case 'code':
    case 'identifier':
      return (a, b) => {
        tools.lay(a, b);
        const edits = tools.edits(2);
        return edits <= 1 ? 1 : edits === 2 && tools.longest() >= 4 ? 2 : 3;
      };
    case 'address':
    case 'text':
      return textLevels(tools, wordOverlap(dictionary));
    case 'email':
      return emailLevels(tools, dictionary);
    case 'phone':
      return (a, b) => {
        tools.lay(a, b);
        return tools.edits(1) <= 1 || sameEnd(dictionary, a, b, 7) ? 1 : 2;
      };
  }
}

/** Two keys laid side by side; `lay` fills it, so that letters are counted once for all the questions asked about a pair. */
interface Slices {
  readonly lay: (a: number, b: number) => void;
  /** The longer length. */
  readonly longest: () => number;
  /** Optimal-string-alignment distance, or limit + 1. */
  readonly edits: (limit: number) => number;
  /** Jaro–Winkler, or 0 when it provably stays below the floor. */
  readonly similarity: (floor: number) => number;
  /** Whether one key is a leading part of the other. */
  readonly leads: () => boolean;
}

function slices(dictionary: ValueDictionary): Slices {
  let units = dictionary.units;
  let aFrom = 0;
  let aLength = 0;
  let bFrom = 0;
  let bLength = 0;
  let sameStart = false;
  /** Letters that only one side has, second occurrences counted apart: a lower bound of the letters that find no partner. */
  let onlyA = 0;
  let onlyB = 0;
  return {
    lay(a, b) {
      units = dictionary.units;
      const { shape } = dictionary;
      const i = a * 4;
      const j = b * 4;
      const once = shape[i] as number;
      const other = shape[j] as number;
      const twice = shape[i + 1] as number;
      const otherTwice = shape[j + 1] as number;
      onlyA = popCount(once & ~other) + popCount(twice & ~otherTwice);
      onlyB = popCount(other & ~once) + popCount(otherTwice & ~twice);
      const length = shape[i + 3] as number;
      const otherLength = shape[j + 3] as number;
      aFrom = shape[i + 2] as number;
      aLength = length & 0xff;
      bFrom = shape[j + 2] as number;
      bLength = otherLength & 0xff;
      sameStart = length >>> 8 === otherLength >>> 8;
    },
    longest: () => (aLength > bLength ? aLength : bLength),
    edits(limit) {
      // One edit repairs at most one letter that only one side has.
      if (onlyA > limit || onlyB > limit) return limit + 1;
      return boundedEdits(units, aFrom, aLength, units, bFrom, bLength, limit);
    },
    similarity(floor) {
      if (aLength === 0 || bLength === 0) return 0;
      // A letter that only one side has cannot be matched, which bounds Jaro by (matched/a + matched/b + 1) / 3; a common beginning
      // adds at most 0.4 of the rest. Multiplied out, because a division costs more than the rest of the test.
      const matched = Math.min(aLength - onlyA, bLength - onlyB);
      const least = sameStart ? (floor - 0.4) / 0.6 : floor;
      if (matched * (aLength + bLength) < (3 * least - 1) * aLength * bLength - 1e-9) return 0;
      return jaroWinklerSlices(units, aFrom, aLength, units, bFrom, bLength);
    },
    leads() {
      const shorter = aLength < bLength ? aLength : bLength;
      for (let at = 0; at < shorter; at += 1) if (units[aFrom + at] !== units[bFrom + at]) return false;
      return shorter > 0;
    },
  };
}

function nameLevels(tools: Slices): CompareValues {
  return (a, b) => {
    tools.lay(a, b);
    const longest = tools.longest();
    const edits = longest >= 3 ? tools.edits(2) : 3;
    if (edits <= 1) return 1;
    const similarity = tools.similarity(0.78);
    if (similarity >= 0.93) return 1;
    if (similarity >= 0.86 || (edits === 2 && longest >= 6)) return 2;
    return similarity >= 0.78 || tools.leads() ? 3 : 4;
  };
}

function fullNameLevels(tools: Slices, overlap: CompareValues): CompareValues {
  return (a, b) => {
    tools.lay(a, b);
    const common = overlap(a, b);
    if (common >= 1 || tools.edits(1) <= 1) return 1;
    const similarity = tools.similarity(0.86);
    if (similarity >= 0.93 || common >= 0.8) return 2;
    return similarity >= 0.86 || common >= 0.3 ? 3 : 4;
  };
}

function textLevels(tools: Slices, overlap: CompareValues): CompareValues {
  return (a, b) => {
    tools.lay(a, b);
    const longest = tools.longest();
    const limit = longest >= 8 ? 2 : 1;
    if (longest >= 4 && tools.edits(limit) <= limit) return 1;
    const similarity = tools.similarity(0.85);
    if (similarity >= 0.94) return 1;
    const common = overlap(a, b);
    if (common >= 0.6 || similarity >= 0.9) return 2;
    return common >= 0.25 || similarity >= 0.85 ? 3 : 4;
  };
}

/** Dates are eight digits of four bits each, so that year, month and day are compared by one exclusive or; others are texts. */
function dateLevels(tools: Slices, dictionary: ValueDictionary): CompareValues {
  return (a, b) => {
    const left = dictionary.digits[a] as number;
    const right = dictionary.digits[b] as number;
    if (left === 0 || right === 0) {
      tools.lay(a, b);
      const edits = tools.edits(2);
      return edits <= 1 ? 1 : edits === 2 ? 2 : 4;
    }
    const differing = left ^ right;
    const year = (differing & 0xffff0000) === 0;
    const month = (differing & 0xff00) === 0;
    const day = (differing & 0xff) === 0;
    if (!year && !month && !day) return 4;
    if (year && ((left >>> 8) & 0xff) === (right & 0xff) && (left & 0xff) === ((right >>> 8) & 0xff)) return 1;
    tools.lay(a, b);
    if (tools.edits(1) <= 1) return 1;
    return Number(year) + Number(month) + Number(day) === 2 ? 2 : 3;
  };
}

function emailLevels(tools: Slices, { keys }: ValueDictionary): CompareValues {
  const mailbox = (value: number): string => (keys[value] as string).slice(0, (keys[value] as string).lastIndexOf('@') + 1);
  return (a, b) => {
    if (mailbox(a) !== '' && mailbox(a) === mailbox(b)) return 1;
    tools.lay(a, b);
    if (tools.edits(1) <= 1) return 1;
    return tools.similarity(0.93) >= 0.93 ? 2 : 3;
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
