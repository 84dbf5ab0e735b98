import { normaliseDate } from '../normalise/normalise-date.ts';
import { defaultMatchSettings, maximalFields } from './match-configuration.ts';
import type { FieldConfiguration, FieldKind, MatchConfiguration } from './match-configuration.ts';
import type { Cell, MatchRefusal } from './record-table.ts';

/** A configuration for columns nobody has described, and why each column is used as it is or left out. */
export interface ProposedConfiguration {
  readonly configuration: MatchConfiguration;
  readonly columns: readonly { readonly column: string; readonly kind: FieldKind | 'ignored'; readonly because: string }[];
}

const byHeader: readonly (readonly [RegExp, FieldKind])[] = [
  [/e-?mail|邮箱|电子邮件/, 'email'],
  [/phone|mobile|^tel|telefon|handy|手机|电话/, 'phone'],
  [/birth|^dob$|geburt|出生|生日/, 'date'],
  [/soc.?sec|^ssn|passport|tax|^vat|national.?id|loyalty|member.?n|card.?n|身份证|税号/, 'identifier'],
  [/post.?code|^zip|^plz|postal|邮编/, 'code'],
  [/street.?n(?:o|um|r)|house.?n(?:o|um|r)|haus(?:nummer|nr)|^number$|门牌/, 'number'],
  [/given|first.?name|fore.?name|^fname|vorname|^名$|名字/, 'name'],
  [/surname|last.?name|family.?name|^lname|nachname|^姓$|姓氏/, 'surname'],
  [/^(?:full.?|customer.?|person.?|contact.?)?name$|姓名|客户名/, 'full-name'],
  [/state|province|region|country|gender|^sex$|^title$|省|国家|性别/, 'category'],
  [/suburb|city|town|locality|county|^ort$|stadt|城市|^市$|区/, 'text'],
  [/addr|street|stra(?:ß|ss)e|地址|路/, 'address'],
];
const notAField =
  /^(?:truth|label|cluster(?:_?id)?|entity(?:_?id)?|match(?:_?id)?|true_?id|gold|source|dataset|file|row(?:_?(?:id|number))?|index|rec(?:ord)?_?id|uuid|guid|id|unique_?id|created.*|updated.*)$/;

/** Proposes a configuration from headers (English, German, Chinese) first and the shape of the values second. */
export function proposeConfiguration(columns: Readonly<Record<string, readonly Cell[]>>): ProposedConfiguration | MatchRefusal {
  const described = Object.entries(columns).map(([column, cells]) => ({ column, ...describe(column, cells) }));
  const used = described.filter((item): item is typeof item & { kind: FieldKind } => item.kind !== 'ignored').slice(0, maximalFields);
  if (used.length === 0)
    return {
      refused: 'no-fields',
      field: 'columns',
      detail: `none of ${Object.keys(columns).join(', ')} looks like a name, address, date or identifier`,
    };
  const given = used.find(({ kind }) => kind === 'name');
  const surname = used.find(({ kind }) => kind === 'surname');
  const [line1, line2] = used.filter(({ kind }) => kind === 'address');
  const fields = used.map(({ column, kind }): FieldConfiguration => {
    if (given !== undefined && surname !== undefined && column === given.column) return { column, kind, swapsWith: surname.column };
    if (given !== undefined && surname !== undefined && column === surname.column) return { column, kind, swapsWith: given.column };
    if (line1 !== undefined && line2 !== undefined && column === line1.column) return { column, kind, swapsWith: line2.column };
    if (line1 !== undefined && line2 !== undefined && column === line2.column) return { column, kind, swapsWith: line1.column };
    return { column, kind };
  });
  return { configuration: { fields, ...defaultMatchSettings }, columns: described };
}

function describe(column: string, cells: readonly Cell[]): { readonly kind: FieldKind | 'ignored'; readonly because: string } {
  const values = cells
    .filter((cell) => cell !== null && cell !== undefined && String(cell).trim() !== '')
    .map((cell) => String(cell).trim());
  const header = column
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
  if (notAField.test(header)) return { kind: 'ignored', because: 'the header names a key or a label, which would decide the matter' };
  const distinct = new Set(values).size;
  if (distinct < 2) return { kind: 'ignored', because: 'fewer than two different values' };
  const named = byHeader.find(([pattern]) => pattern.test(header));
  if (named !== undefined) return { kind: named[1], because: 'by its header' };
  return byValues(values.slice(0, 2000), distinct, values.length);
}

function byValues(
  sample: readonly string[],
  distinct: number,
  size: number,
): { readonly kind: FieldKind | 'ignored'; readonly because: string } {
  const share = (test: (value: string) => boolean): number => sample.filter(test).length / sample.length;
  const found = (kind: FieldKind, because: string): { kind: FieldKind; because: string } => ({ kind, because });
  if (share((value) => value.includes('@')) > 0.6) return found('email', 'most values hold an @');
  if (share((value) => 'value' in normaliseDate(value)) > 0.6) return found('date', 'most values are dates');
  if (distinct === size && share((value) => /\d/.test(value)) > 0.9)
    return { kind: 'ignored', because: 'every value is different: a key of the record, not of the person' };
  if (distinct <= 60 && distinct < size / 20) return found('category', `only ${distinct} different values`);
  if (share((value) => /^\+?[\d ()/-]{9,}$/.test(value)) > 0.6)
    return found('phone', 'most values are long numbers with the marks of telephone numbers');
  if (share((value) => /^\d{1,4}[a-z]?$/i.test(value)) > 0.7) return found('number', 'most values are short numbers');
  if (share((value) => /^[a-z0-9-]*\d[a-z0-9-]*$/i.test(value)) > 0.7) return found('code', 'most values are codes');
  if (share((value) => /\d/.test(value) && /\s/.test(value)) > 0.5) return found('address', 'words with numbers');
  if (share((value) => /^[\p{L}'’ .-]+$/u.test(value)) > 0.7) return found('text', 'words');
  return { kind: 'ignored', because: 'neither the header nor the values tell what it is' };
}
