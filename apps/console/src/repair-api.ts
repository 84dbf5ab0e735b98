/** What is done to quarantined records. */
export type RepairAction = 'redrive' | 'discard';

/** What became, or would become, of records. */
export const repairFates = ['applied', 'duplicate', 'stale', 'quarantined', 'discarded', 'waiting'] as const;
export type RepairFate = (typeof repairFates)[number];
export type RepairCounts = Readonly<Record<RepairFate, number>>;

export interface RepairReport {
  readonly action: RepairAction;
  /** Nothing was changed: this would become of them. */
  readonly dryRun: boolean;
  /** Row of the log; `null` for a dry run. */
  readonly operation: string | null;
  readonly selected: number;
  /** Records that had failed, and records that waited behind them. */
  readonly quarantine: RepairCounts;
  readonly released: RepairCounts;
  /** Records that wait still. */
  readonly waiting: number;
  readonly published: number;
  /** The first of them, with what is wrong where something is. */
  readonly records: readonly {
    readonly id: string | null;
    readonly topic: string | null;
    readonly partition: number | null;
    readonly offset: string | null;
    readonly fate: RepairFate;
    readonly faults: readonly { readonly field: string; readonly reason: string; readonly detail: string }[];
  }[];
  /** The first events that were or would be published; payloads and keys may be personal and are not told. */
  readonly events: readonly { readonly topic: string; readonly type: string; readonly id: string }[];
}

export interface EditReport {
  /** Row of the log. */
  readonly operation: string;
}

/** A key whose records wait behind a failed one. */
export interface ParkedKey {
  readonly group: string;
  readonly topic: string;
  /** Masked: it may name a customer. */
  readonly key: string | null;
  readonly parked: number;
  readonly since: string;
  /** Quarantined records that hold it. */
  readonly failed: readonly string[];
}

/** Who did what to records that were not applied. */
export interface OperationRow {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly via: 'cli' | 'api';
  readonly kind: 'redrive' | 'discard' | 'edit' | 'replay';
  /** JSON; a key is masked. */
  readonly filter: string;
  /** `null`: broken off, or at work. */
  readonly endedAt: string | null;
}
