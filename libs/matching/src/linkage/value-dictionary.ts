/** Longer keys are cut: beyond this two texts differ or agree anyway. */
const longestKey = 200;

/**
 * The distinct normalised values of a column (or of columns that swap), numbered from 0, with what comparisons read laid out
 * in typed arrays: the ASCII key as code units, a bit per letter, the words. It only ever grows, so an index can take new records.
 */
export class ValueDictionary {
  /** The normalised value in its own script; equality of numbers is equality of these. */
  readonly values: string[] = [];
  /** The ASCII key of each value. */
  readonly keys: string[] = [];
  /** How many records hold the value. */
  readonly frequency: number[] = [];
  /** All keys, one after the other, as code units. */
  units = new Uint16Array(1024);
  /**
   * Four numbers per value, side by side because a comparison reads them together: letter classes present (a bit each), letter
   * classes present at least twice, where the key begins in `units`, its length in the low eight bits with its first code unit above.
   */
  shape = new Int32Array(256);
  /** A key of eight digits as four bits a digit; 0 for every other key. */
  digits = new Int32Array(64);
  /** Words of value v: wordIds[wordOffset[v] .. wordOffset[v + 1]), ascending, distinct. */
  wordOffset = new Int32Array(65);
  wordIds = new Int32Array(256);
  /** Text of each word, in how many values it occurs, and its weight ln(1 + values / occurrences) at the last `weighWords`. */
  readonly words: string[] = [];
  readonly wordCount: number[] = [];
  wordWeight = new Float64Array(0);
  readonly #numbers = new Map<string, number>();
  readonly #wordNumbers = new Map<string, number>();
  #used = 0;

  /** The number of a value, new or known. */
  add(value: string, key: string): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    const number = this.values.length;
    this.#numbers.set(value, number);
    this.values.push(value);
    this.keys.push(key.slice(0, longestKey));
    this.frequency.push(0);
    this.#layOut(number, key.slice(0, longestKey));
    return number;
  }

  /** Notes one more record with the value. */
  count(number: number): void {
    this.frequency[number] = (this.frequency[number] as number) + 1;
  }

  /** Fixes the weights of words by what has been added so far. */
  weighWords(): void {
    this.wordWeight = Float64Array.from(this.wordCount, (count) => Math.log(1 + this.values.length / count));
  }

  /** The weight of a word; one that came after `weighWords` counts as seen once. */
  weightOf(word: number): number {
    return this.wordWeight[word] ?? Math.log(1 + this.values.length);
  }

  #layOut(number: number, key: string): void {
    if (number * 4 + 4 > this.shape.length) {
      this.shape = grown(this.shape, number * 4 + 4);
      this.digits = grown(this.digits, number + 1);
      this.wordOffset = grown(this.wordOffset, number + 3);
    }
    if (this.#used + key.length > this.units.length) {
      const units = new Uint16Array((this.#used + key.length) * 2);
      units.set(this.units);
      this.units = units;
    }
    let bits = 0;
    let twice = 0;
    for (let at = 0; at < key.length; at += 1) {
      const unit = key.charCodeAt(at);
      this.units[this.#used + at] = unit;
      const bit = 1 << (unit & 31);
      twice |= bits & bit;
      bits |= bit;
    }
    this.shape.set([bits, twice, this.#used, key.length | (key.charCodeAt(0) << 8)], number * 4);
    this.digits[number] = /^\d{8}$/.test(key) ? Number.parseInt(key, 16) | 0 : 0;
    this.#used += key.length;
    const own = [...new Set(key.split(' '))]
      .filter((word) => word !== '')
      .map((word) => this.#wordNumber(word))
      .sort((a, b) => a - b);
    const from = this.wordOffset[number] as number;
    if (from + own.length > this.wordIds.length) this.wordIds = grown(this.wordIds, from + own.length);
    this.wordIds.set(own, from);
    this.wordOffset[number + 1] = from + own.length;
  }

  #wordNumber(word: string): number {
    let number = this.#wordNumbers.get(word);
    if (number === undefined) {
      number = this.words.length;
      this.#wordNumbers.set(word, number);
      this.words.push(word);
      this.wordCount.push(0);
    }
    this.wordCount[number] = (this.wordCount[number] as number) + 1;
    return number;
  }
}

function grown(array: Int32Array<ArrayBuffer>, least: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(least, array.length * 2));
  larger.set(array);
  return larger;
}
