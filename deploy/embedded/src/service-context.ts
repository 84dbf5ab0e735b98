import type { ProcessIdentity } from './process-identity.ts';

/** What each of the three services gets to know to prepare itself and start. */
export type ServiceContext = {
  dataDir: string;
  cacheDir: string;
  log: (line: string) => void;
  /** Aborted when another service could not start. */
  signal: AbortSignal;
  onSpawn: (identity: ProcessIdentity) => void;
};
