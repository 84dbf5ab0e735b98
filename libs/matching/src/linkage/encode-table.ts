import { normaliseAddress } from '../normalise/normalise-address.ts';
import { cleanText } from '../normalise/clean-text.ts';
import { normaliseDate } from '../normalise/normalise-date.ts';
import { mailboxEmailRules, normaliseEmail } from '../normalise/normalise-email.ts';
import { normaliseLoyaltyId } from '../normalise/normalise-identifier.ts';
import { normaliseName } from '../normalise/normalise-name.ts';
import { normalisePhone } from '../normalise/normalise-phone.ts';
import { transliterate } from '../normalise/transliterate.ts';
import { createCompareValues, createNearValues, rememberLevels } from './compare-values.ts';
import type { CompareValues } from './compare-values.ts';
import { ValueDictionary } from './value-dictionary.ts';
import type { FieldConfiguration } from './match-configuration.ts';
import type { Cell, RecordTable } from './record-table.ts';

/** One column as numbers: the value's number per record, −1 where nothing is known. Fields that swap share a dictionary. */
export interface EncodedField {
  readonly configuration: FieldConfiguration;
  readonly codes: Int32Array;
  readonly dictionary: ValueDictionary;
  /** Index of the field it swaps with, −1 for none. Only the first of the two carries it. */
  readonly swap: number;
  /** Whether another column counts into the same dictionary. */
  readonly shares: boolean;
  /** Level of agreement of two different values; one memory of levels serves every pass over the table. */
  readonly compare: CompareValues;
  /** Whether two different values are near enough to be one that stands in the other column. */
  readonly nearly: (a: number, b: number) => boolean;
}

/** Value and ASCII key of a raw cell, or undefined when it tells nothing. */
export interface NormalisedCell {
  readonly value: string;
  readonly key: string;
}

/** Normalises every cell once per distinct text and numbers the results. */
export function encodeTable(table: RecordTable, fields: readonly FieldConfiguration[]): EncodedField[] {
  const dictionaries = fields.map(() => new ValueDictionary());
  const swaps = fields.map((field, index) => {
    const other = field.swapsWith === undefined ? -1 : fields.findIndex((candidate) => candidate.column === field.swapsWith);
    return other > index && alike(fields[other]?.kind, field.kind) ? other : -1;
  });
  for (const [index, other] of swaps.entries()) if (other >= 0) dictionaries[other] = dictionaries[index] as ValueDictionary;
  const codes = fields.map((field, index) =>
    encodeColumn(table.columns[field.column] ?? [], field, dictionaries[index] as ValueDictionary),
  );
  for (const dictionary of new Set(dictionaries)) dictionary.weighWords();
  return fields.map((configuration, index) => {
    const dictionary = dictionaries[index] as ValueDictionary;
    return {
      configuration,
      codes: codes[index] as Int32Array,
      dictionary,
      swap: swaps[index] as number,
      shares: (swaps[index] as number) >= 0 || swaps.includes(index),
      compare: rememberLevels(configuration.kind, createCompareValues(configuration.kind, dictionary), dictionary.values.length),
      nearly: createNearValues(dictionary),
    };
  });
}

function encodeColumn(cells: readonly Cell[], field: FieldConfiguration, dictionary: ValueDictionary): Int32Array {
  const seen = new Map<Cell, number>();
  const codes = new Int32Array(cells.length);
  for (let record = 0; record < cells.length; record += 1) {
    const cell = cells[record];
    let code = seen.get(cell);
    if (code === undefined) {
      const normalised = normaliseCell(cell, field);
      code = normalised === undefined ? -1 : dictionary.add(normalised.value, normalised.key);
      seen.set(cell, code);
    }
    if (code >= 0) dictionary.count(code);
    codes[record] = code;
  }
  return codes;
}

/**
 * The comparison form of one cell. A text that its kind refuses (a date with a typo, a phone number of no country) is kept as
 * plain text rather than lost: a damaged value still resembles the undamaged one.
 */
export function normaliseCell(cell: Cell, field: FieldConfiguration): NormalisedCell | undefined {
  if (cell === null || cell === undefined) return undefined;
  const raw = String(cell);
  if (raw.trim() === '' || /^(?:n\/?a|null|none|nan|unknown|undefined|-+)$/iu.test(raw.trim())) return undefined;
  switch (field.kind) {
    case 'name':
    case 'surname':
    case 'full-name': {
      const name = normaliseName(raw);
      return 'value' in name ? { value: name.value, key: name.latin } : plainText(raw);
    }
    case 'date': {
      const date = normaliseDate(raw);
      const digits = ('value' in date ? date.value : raw).replace(/\D/g, '');
      return digits === '' ? undefined : { value: digits, key: digits };
    }
    case 'email': {
      const email = normaliseEmail(raw, mailboxEmailRules);
      return 'value' in email ? { value: email.value, key: email.value } : plainText(raw);
    }
    case 'phone': {
      const phone = normalisePhone(raw, field.country);
      const digits = 'value' in phone ? phone.value.slice(1) : raw.replace(/\D/g, '');
      return digits.length < 4 ? undefined : { value: digits, key: digits };
    }
    case 'address':
    case 'text': {
      const address = normaliseAddress(raw);
      return 'value' in address ? { value: address.value, key: address.value } : undefined;
    }
    case 'identifier':
    case 'code': {
      const id = normaliseLoyaltyId(raw);
      return 'value' in id ? { value: id.value, key: transliterate(id.value) } : plainText(raw);
    }
    case 'number':
    case 'category':
      return plainText(raw);
  }
}

function plainText(raw: string): NormalisedCell | undefined {
  const clean = cleanText(raw.replace(/[\t\r\n]+/gu, ' '), 512);
  if ('refused' in clean) return undefined;
  const value = clean.value.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ');
  return {
    value,
    key: transliterate(value)
      .replace(/[^a-z0-9]+/g, ' ')
      .trim(),
  };
}

function alike(a: FieldConfiguration['kind'] | undefined, b: FieldConfiguration['kind']): boolean {
  const family = (kind: FieldConfiguration['kind'] | undefined): string => (kind === 'surname' ? 'name' : String(kind));
  return family(a) === family(b);
}
