import { spreadOf, type Spread } from './statistics.ts';
import type { TurnResult } from './take-turn.ts';

/** Events a second of one contestant over the rounds. Unverified as soon as one round was. */
export interface ContestantFigures extends Spread {
  readonly verified: boolean;
}

/** Medians by contestant, in the order of first appearance. */
export function figuresOf(turns: readonly TurnResult[]): Record<string, ContestantFigures> {
  const byName = new Map<string, TurnResult[]>();
  for (const turn of turns) byName.set(turn.contestant, [...(byName.get(turn.contestant) ?? []), turn]);
  return Object.fromEntries(
    [...byName].map(([name, own]) => [
      name,
      { ...spreadOf(own.map(({ perSecond }) => perSecond)), verified: own.every(({ verified }) => verified) },
    ]),
  );
}

/** Ratio of two medians; `null` unless both took part and are verified. */
export function ratioOf(figures: Readonly<Record<string, ContestantFigures>>, upper: string, lower: string): number | null {
  const [above, below] = [figures[upper], figures[lower]];
  return above?.verified && below?.verified ? above.median / below.median : null;
}
