import { join } from 'node:path';
import { EmbeddedFault } from './embedded-fault.ts';
import { runningPostmaster } from './postmaster-file.ts';
import { identityOf, isRunning } from './process-identity.ts';
import { SERVICE_TITLES } from './service-name.ts';
import { readServiceRecord, removeServiceRecord } from './service-record.ts';
import { stopProcess, stopServices } from './stop-process.ts';

/** Stops what an earlier start left running in the data folder (its hub was killed), its reaper last, and waits until all are gone. */
export async function stopLeftovers(dataDir: string, log: (line: string) => void): Promise<void> {
  const record = readServiceRecord(dataDir);
  const services = { ...record?.services };
  // A hub killed between starting PostgreSQL and writing it down leaves it unrecorded; PostgreSQL keeps a record of its own.
  const postmaster = runningPostmaster(join(dataDir, 'postgres'));
  const unrecorded = postmaster === undefined ? undefined : identityOf(postmaster);
  if (unrecorded !== undefined) services.postgres = unrecorded;
  const running = (['kafka', 'postgres', 'redis'] as const).filter((name) => {
    const identity = services[name];
    return identity !== undefined && isRunning(identity);
  });
  if (running.length > 0) log(`stopping what an earlier start left running: ${running.map((name) => SERVICE_TITLES[name]).join(', ')}`);
  const [stuck] = await stopServices(services);
  if (stuck !== undefined) {
    throw new EmbeddedFault(
      'leftover-stuck',
      `${SERVICE_TITLES[stuck]} of an earlier start (process ${services[stuck]?.pid}) does not end`,
      `end process ${services[stuck]?.pid}, then start again`,
    );
  }
  if (record?.reaper !== undefined) await stopProcess(record.reaper, 'reaper');
  removeServiceRecord(dataDir);
}
