/** Union–find over 0..size-1 with path halving and union by size (Tarjan 1975). Mutable, for use inside one pure function. */
export class DisjointSets {
  readonly #parent: Int32Array;
  readonly #size: Int32Array;

  constructor(size: number) {
    this.#parent = Int32Array.from({ length: size }, (_, index) => index);
    this.#size = new Int32Array(size).fill(1);
  }

  /** The representative of the set that holds `item`. */
  find(item: number): number {
    const parent = this.#parent;
    let at = item;
    for (;;) {
      const up = parent[at] as number;
      if (up === at) return at;
      const above = parent[up] as number;
      parent[at] = above;
      at = above;
    }
  }

  /** Joins the two sets and returns the representative of the joint one. */
  union(a: number, b: number): number {
    let keep = this.find(a);
    let drop = this.find(b);
    if (keep === drop) return keep;
    if (this.sizeOf(keep) < this.sizeOf(drop)) [keep, drop] = [drop, keep];
    this.#parent[drop] = keep;
    this.#size[keep] = this.sizeOf(keep) + this.sizeOf(drop);
    return keep;
  }

  /** How many items the set of this representative holds. */
  sizeOf(representative: number): number {
    return this.#size[representative] as number;
  }
}
