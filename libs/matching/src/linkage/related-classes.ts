import type { FieldKind } from './match-configuration.ts';

/**
 * Pairs of different people who agree in more than chance: same place, or same household. Without them a suburb, its postcode and
 * its state would count as three independent agreements, and a family at one address as one person.
 */
export interface RelatedClass {
  readonly name: 'same area' | 'same household';
  /** The share of all pairs. */
  readonly share: number;
  /** Probability per level where the class differs from strangers; undefined: as u. */
  readonly levels: readonly (Float64Array | undefined)[];
  /** Whether a field is learnt for this class: no, wholly, or only for its weak levels. */
  readonly free: readonly ('no' | 'yes' | 'tail')[];
  readonly start: readonly Float64Array[];
  /** Which pairs it is learnt from. */
  readonly from: 'random' | 'candidates';
}

/**
 * Levels of a personal field that a relative reaches more often than a stranger does, and "differs": a full name of which the
 * surname agrees, a given name that stands in the other's surname column. Better agreement stays as among strangers.
 */
export const tailLevels: Readonly<Partial<Record<FieldKind, readonly number[]>>> = { 'full-name': [3, 4], name: [4, 6] };

const area: ReadonlySet<FieldKind> = new Set(['text', 'code', 'category']);
const dwelling: ReadonlySet<FieldKind> = new Set(['address', 'number', 'phone', 'text', 'code', 'category']);

/**
 * The classes that the columns allow. What tells people apart (given name, birth date, e-mail, identifiers) stays as among
 * strangers in each of them: that is what makes the classes recognisable without labels.
 */
export function relatedClasses(
  kinds: readonly FieldKind[],
  m: readonly Float64Array[],
  u: readonly Float64Array[],
  prior: number,
): RelatedClass[] {
  const classes: RelatedClass[] = [];
  const build = (name: RelatedClass['name'], free: RelatedClass['free'], share: number, from: RelatedClass['from']): RelatedClass => {
    // A family name is shared by half of the households to begin with; places by nearly all.
    const start = m.map((own, field) =>
      own.map((value, level) => (kinds[field] === 'surname' ? (value + (u[field]?.[level] ?? 0)) / 2 : value)),
    );
    return { name, free, share, from, start, levels: start.map((own, field) => (free[field] === 'yes' ? own : undefined)) };
  };
  if (kinds.filter((kind) => area.has(kind)).length >= 2) {
    classes.push(
      build(
        'same area',
        kinds.map((kind) => (area.has(kind) ? 'yes' : 'no')),
        0.001,
        'random',
      ),
    );
  }
  const personal = kinds.some(
    (kind) => kind === 'name' || kind === 'full-name' || kind === 'date' || kind === 'email' || kind === 'identifier',
  );
  if (personal && kinds.some((kind) => kind === 'address')) {
    classes.push(
      build(
        'same household',
        kinds.map((kind) => (dwelling.has(kind) || kind === 'surname' ? 'yes' : tailLevels[kind] !== undefined ? 'tail' : 'no')),
        prior / 10,
        'candidates',
      ),
    );
  }
  return classes;
}
