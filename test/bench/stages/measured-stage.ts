import { Database, type HubEvent, type Stage, type Statement, type Transaction } from '@tributary/persistence';
import type { StageClock } from '../measure/stage-clock.ts';

/** Where the batch stands: Node's time between two statements is booked to it. */
export type Phase = 'read and validate' | 'inbox keys' | 'identify' | 'fold' | 'profile rows' | 'outbox rows';

/** The phase of the batch in flight. */
export interface PhaseBook {
  phase: Phase;
}

/**
 * The product's database, with every statement of its transactions marked on a clock: first what Node did before it, then the statement.
 * Statements that are sent without waiting are booked together: an empty statement behind them is waited for.
 */
export class MeasuredDatabase extends Database {
  constructor(
    options: ConstructorParameters<typeof Database>[0],
    private readonly clock: () => StageClock | undefined,
    private readonly book: PhaseBook,
  ) {
    super(options);
  }

  override async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const clock = this.clock();
    if (clock === undefined) return super.transaction(work);
    clock.mark(this.book.phase);
    this.book.phase = 'inbox keys';
    const result = await super.transaction(async (tx) => {
      clock.mark(this.book.phase);
      const measured = this.measured(tx, clock);
      const inner = await work(measured.tx);
      clock.mark(this.book.phase);
      await measured.settle();
      return inner;
    });
    clock.mark('sql COMMIT');
    return result;
  }

  private measured(tx: Transaction, clock: StageClock): { tx: Transaction; settle(): Promise<void> } {
    // The BEGIN.
    let sent = true;
    const settle = async (): Promise<void> => {
      if (!sent) return;
      sent = false;
      await tx.query(BARRIER);
      clock.mark('sql sent without waiting');
    };
    return {
      settle,
      tx: {
        ...tx,
        query: async <Row>(statement: Statement | string, values?: readonly unknown[]) => {
          clock.mark(this.book.phase);
          await settle();
          const rows = await tx.query<Row>(statement, values);
          clock.mark(`sql ${nameOf(statement)}`);
          return rows;
        },
        send: (statement, values) => {
          sent = true;
          tx.send(statement, values);
        },
      },
    };
  }
}

const BARRIER: Statement = { name: 'barrier', text: 'SELECT' };

const nameOf = (statement: Statement | string): string =>
  typeof statement === 'string' ? statement.slice(0, 40).replace(/\s+/g, ' ') : (statement.name ?? statement.text.slice(0, 40));

/** The stage, saying where it stands: loading states, folding, writing back, and what comes after it. */
export function measuredStage(stage: Stage, clock: () => StageClock | undefined, book: PhaseBook): Stage {
  const enter = (phase: Phase): void => {
    clock()?.mark(book.phase);
    book.phase = phase;
  };
  return {
    ...stage,
    async open(...args) {
      enter('identify');
      const unit = await stage.open(...args);
      enter('fold');
      return {
        apply: (event: HubEvent) => unit.apply(event),
        async close() {
          enter('profile rows');
          const published = await unit.close();
          enter('outbox rows');
          return published;
        },
      };
    },
  };
}
