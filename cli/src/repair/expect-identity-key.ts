import { isIdentityKey } from '@tributary/app-profile';
import type { Database } from '@tributary/persistence';
import { exitCode } from '../exit-code.ts';
import { VerbFault } from '../verb-fault.ts';

/** With another key every identifier would be another one, and nothing would be found again. Throws `VerbFault`. */
export async function expectIdentityKey(database: Database, identityKey: Buffer): Promise<void> {
  if (!(await isIdentityKey(database, identityKey)))
    throw new VerbFault('TRIBUTARY_IDENTITY_KEY is not the key that the profiles were made with', exitCode.environment);
}
