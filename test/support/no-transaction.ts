import type { Transaction } from '@tributary/persistence';

/** For a stage whose store is in memory: whoever asks it for anything has a fault. */
export const noTransaction: Transaction = {
  transaction: true,
  query: () => Promise.reject(new Error('no database here')),
  send() {
    throw new Error('no database here');
  },
  onCommit: () => undefined,
};
