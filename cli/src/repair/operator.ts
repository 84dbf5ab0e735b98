import { userInfo } from 'node:os';
import type { Actor } from '@tributary/persistence';

/** The person at the command line, for the log of operations. */
export const operator = (): Actor => ({ name: userInfo().username, via: 'cli' });
