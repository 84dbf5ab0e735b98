/** Where the group stands in a partition, as far as this process knows. */
export class PartitionState {
  /** Offset of a gap that was already asked for again. */
  reseeked: bigint | undefined;
  /** Stands still until a person has looked at it and the process was started again. */
  halted = false;
  /** Fetched records of it are being applied. */
  inHand = false;
  private emptyUntil = 0n;

  /** @param next as the database has it. */
  constructor(public next: bigint) {}

  /** Never before `next`: the offsets in between hold no record to apply (control records, aborted transactions, compaction). */
  get passed(): bigint {
    return this.emptyUntil > this.next ? this.emptyUntil : this.next;
  }

  /** Nothing is to be applied before `offset`; the database learns it with the next record. */
  passEmpty(offset: bigint): void {
    if (offset > this.passed) this.emptyUntil = offset;
  }
}
