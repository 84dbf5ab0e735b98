/** A replacement in one file of the built product. */
export interface Edit {
  /** Path from the root of the repository. */
  readonly file: string;
  /** Must stand there exactly once. */
  readonly from: string;
  readonly to: string;
}

/** The product, broken on purpose. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Cells of which at least one must be judged as wrong by the oracle. */
  readonly cells: readonly string[];
}

/** Whether the suite noticed. */
export interface MutantResult {
  readonly name: string;
  readonly caught: boolean;
  /** The cell whose oracle noticed, and what it said; of a mutant that lives, how its cells failed otherwise. */
  readonly by: string;
}
