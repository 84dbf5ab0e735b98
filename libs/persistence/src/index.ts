export { applyBatch, type BatchContext, type BatchResult, type PartitionSlice } from './apply-batch.ts';
export { auditBooks, readBooks, type AuditFault, type BooksAudit, type PartitionBooks } from './audit-books.ts';
export { boolArray, byteaArray, float8Array, int2Array, int4Array, int8Array, textArray, uuidArray } from './binary-array.ts';
export { Database, type DatabaseOptions, type Queryable, type Statement, type Transaction } from './database.ts';
export { editQuarantined, type Edit, type EditOutcome } from './edit-quarantined.ts';
export { contentHash, derivedId, eventKey, uuidText } from './event-key.ts';
export { ContentionError, failureKind, FencedError, HaltError, type FailureKind } from './failure.ts';
export { groupNumber } from './group-number.ts';
export { hubMigrations } from './hub-migrations.ts';
export { inboxMonth } from './inbox.ts';
export { quoted } from './json-text.ts';
export { maintainPartitions, type Retention } from './maintenance.ts';
export { migrate } from './migrate.ts';
export { sqlMigration, type Migration } from './migration.ts';
export { followSettlements } from './follow-settlements.ts';
export { forgetGroup } from './forget-group.ts';
export { holdGroup, openOffset, raiseEpoch, storedOffsets, type StoredOffset, type Tally } from './offset-store.ts';
export { OutboxMemory } from './outbox-memory.ts';
export { appendOutbox, MAX_PAYLOAD_BYTES, OUTBOX_CHANNEL, OUTBOX_SHARDS } from './outbox.ts';
export {
  freeHeldKey,
  leaseShards,
  markPublished,
  pendingRows,
  returnShards,
  type HeldRow,
  type PendingPart,
  type PendingRow,
} from './outbox-queue.ts';
export { beginOperation, endOperation, listOperations, type Actor, type Operation, type OperationKind } from './operation-log.ts';
export { PARKING_LIMITS, type ParkingLimits } from './parked.ts';
export { quarantine, type QuarantineRow } from './quarantine.ts';
export type { QuarantineFilter } from './quarantine-selection.ts';
export { redrive, type FateCounts, type RedrivePorts, type RedriveReport, type RedriveRequest, type Resend } from './redrive.ts';
export type { KeyAction, RedriveContext, Settled } from './redrive-key.ts';
export { readRefused, type RefusedRequest } from './refused-request.ts';
export { readRecord, type ReadRecord } from './read-record.ts';
export { replaySlice, type Replayed, type ReplayedSlice, type ReplayFate } from './replay-slice.ts';
export type { Disposition, HubEvent, OutboxEvent, RawRecord, Stage, UnitOfWork } from './stage.ts';
export type { Step, StepHook } from './step-hook.ts';
export type { WrittenEvent } from './written-events.ts';
export {
  keepUnreadable,
  listUnreadable,
  skipUnreadable,
  type GroupPartition,
  type SkipOutcome,
  type UnreadableBatchRow,
} from './unreadable-batch.ts';
export { TransactionTokens } from './transaction-tokens.ts';
