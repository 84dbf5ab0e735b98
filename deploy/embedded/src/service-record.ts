import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from './errno.ts';
import { isProcessIdentity } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { ServiceName } from './service-name.ts';

/** Which processes a start has brought up, as kept in the data folder for the reaper and for the next start. */
export type ServiceRecord = {
  /** Drawn at random by each start, so that a reaper never stops the services of a later one. */
  owner: string;
  reaper?: ProcessIdentity;
  services: Partial<Record<ServiceName, ProcessIdentity>>;
};

const fileOf = (dataDir: string): string => join(dataDir, 'services.json');

/** Writes the record in one step: a reader sees the old one or the new one. */
export function writeServiceRecord(dataDir: string, record: ServiceRecord): void {
  const path = fileOf(dataDir);
  writeFileSync(`${path}.new`, JSON.stringify(record, null, 2), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The record of the last start, or undefined when it was stopped in order (or power went before the record reached the disk). */
export function readServiceRecord(dataDir: string): ServiceRecord | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(fileOf(dataDir), 'utf8'));
    return isServiceRecord(value) ? value : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Removes the record: nothing of that start runs any more. */
export function removeServiceRecord(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true });
}

function isServiceRecord(value: unknown): value is ServiceRecord {
  if (typeof value !== 'object' || value === null || !('owner' in value) || !('services' in value)) return false;
  if (typeof value.owner !== 'string' || typeof value.services !== 'object' || value.services === null) return false;
  if ('reaper' in value && !isProcessIdentity(value.reaper)) return false;
  return Object.values(value.services).every(isProcessIdentity);
}
