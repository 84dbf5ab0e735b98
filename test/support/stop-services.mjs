// Jest global teardown of the project `int`: stops what start-services.mjs started and deletes its data.
import { rmSync } from 'node:fs';

export default async function stopServices() {
  const started = globalThis.tributaryServices;
  if (started === undefined) return;
  await started.services.stop();
  rmSync(started.dataDir, { recursive: true, force: true });
}
