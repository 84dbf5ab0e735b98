// Runs as a process of its own, started by spawn-reaper.ts: `node reaper.js <data folder> <owner>`. When its standard input ends, the
// hub is gone, by whatever death. If the record of the data folder is still the hub's, its services are stopped.
import { readServiceRecord, removeServiceRecord } from './service-record.ts';
import { stopServices } from './stop-process.ts';

const [dataDir, owner] = process.argv.slice(2);

async function reap(): Promise<void> {
  if (dataDir === undefined || owner === undefined) throw new Error('usage: reaper <data folder> <owner>');
  const record = readServiceRecord(dataDir);
  if (record?.owner !== owner) return;
  process.stdout.write(`${new Date().toISOString()} the hub ended without stopping its services: stopping them\n`);
  const stuck = await stopServices(record.services);
  if (stuck.length > 0) throw new Error(`could not stop ${stuck.join(', ')}`);
  if (readServiceRecord(dataDir)?.owner === owner) removeServiceRecord(dataDir);
}

let begun = false;
const onEnd = (): void => {
  if (begun) return;
  begun = true;
  reap().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${new Date().toISOString()} ${String(error)}\n`);
      process.exit(1);
    },
  );
};
process.stdin.on('end', onEnd).on('close', onEnd).on('error', onEnd).resume();
