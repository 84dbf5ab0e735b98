import {
  contractOfTopic,
  frameSchemaId,
  fromHeaders,
  type AnyContract,
  type Contract,
  type Envelope,
  type Fault,
} from '@tributary/contracts';
import { contentHash } from './event-key.ts';
import type { HubEvent, RawRecord } from './stage.ts';

/** A record that passed, or why it did not (with whatever could be read of it). */
export type ReadRecord =
  | { readonly ok: true; readonly event: HubEvent }
  | {
      readonly ok: false;
      readonly record: RawRecord;
      readonly faults: readonly Fault[];
      readonly envelope: Envelope | undefined;
      readonly contract: AnyContract | undefined;
    };

/**
 * Reads a record: envelope, contract by topic, Avro body by any released version, field checks, rules. Never throws for bad bytes.
 * @param read the contract that the reader expects on this topic; by default the catalogue's.
 */
export function readRecord(record: RawRecord, read: AnyContract | undefined = contractOfTopic(record.topic)): ReadRecord {
  const contract = read as unknown as Contract<unknown> | undefined;
  const envelope = fromHeaders(record.headers);
  const refuse = (faults: readonly Fault[]): ReadRecord => ({
    ok: false,
    record,
    faults,
    envelope: envelope.ok ? envelope.value : undefined,
    contract: contract as unknown as AnyContract | undefined,
  });
  const fault = (field: string, reason: Fault['reason'], detail: string): ReadRecord => refuse([{ field, reason, detail }]);

  if (contract === undefined) return fault('', 'wrong-contract', `no contract has the topic ${record.topic}`);
  if (!envelope.ok) return refuse(envelope.faults);
  if (envelope.value.type !== contract.name)
    return fault('ce_type', 'wrong-contract', `is ${envelope.value.type}, but ${record.topic} carries ${contract.name}`);
  if (record.key === null || record.key.length === 0) return fault('key', 'no-key', 'a record without a key has no order');
  if (record.value === null) return fault('', 'no-frame', 'a tombstone is not expected on this topic');
  const decoded = contract.decode(record.value);
  if (!decoded.ok) return refuse(decoded.faults);
  const faults = contract.rules?.(decoded.value) ?? [];
  if (faults.length > 0) return refuse(faults);
  return {
    ok: true,
    event: {
      record,
      envelope: envelope.value,
      contract: contract as unknown as AnyContract,
      value: decoded.value,
      hash: contentHash(record.value),
    },
  };
}

/** Schema id a record claims, for the quarantine row. */
export const schemaIdOf = (record: RawRecord): number | null => (record.value === null ? null : (frameSchemaId(record.value) ?? null));
