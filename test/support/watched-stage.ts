import type { Stage, Transaction } from '@tributary/persistence';

/** A stage that is watched. */
export interface Watch {
  readonly stage: Stage;
  readonly asked: string[];
  fail: Error | undefined;
  /** What happens meanwhile: before the statement that locks is sent the next time. */
  meanwhile: (() => Promise<void>) | undefined;
}

/**
 * A stage with a note of every statement that loading sends, and a way to fail after everything was written.
 * @param lock name of the statement that locks.
 */
export function watchedStage(stage: Stage, lock: string): Watch {
  const watch: Watch = {
    asked: [],
    fail: undefined,
    meanwhile: undefined,
    stage: {
      ...stage,
      async open(tx, events, epoch) {
        const query: Transaction['query'] = async (statement, values) => {
          const name = typeof statement === 'string' ? statement : (statement.name ?? '');
          const { meanwhile } = watch;
          if (name === lock && meanwhile !== undefined) {
            watch.meanwhile = undefined;
            await meanwhile();
          }
          watch.asked.push(name);
          return tx.query(statement, values);
        };
        const unit = await stage.open({ ...tx, query }, events, epoch);
        return {
          ...unit,
          async close() {
            const events = await unit.close();
            const { fail } = watch;
            watch.fail = undefined;
            if (fail !== undefined) throw fail;
            return events;
          },
        };
      },
    },
  };
  return watch;
}
