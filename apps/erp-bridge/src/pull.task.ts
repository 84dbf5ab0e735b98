import { contracts, type AnyContract, type Contract } from '@tributary/contracts';
import { appendOutbox, quarantine, type Database, type OutboxEvent, type QuarantineRow, type Transaction } from '@tributary/persistence';
import { BridgeFault } from './bridge-fault.ts';
import type { ErpClient } from './erp-client.ts';
import { ERP_SOURCE, isRefused, readItem, readPage, type PulledFact, type RefusedItem } from './read-page.ts';

/** What a pull needs from outside. */
export interface PullDeps {
  readonly database: Database;
  readonly client: Pick<ErpClient, 'get'>;
  /** Address of the ERP: another ERP is read from its beginning. */
  readonly url: string;
  readonly traceparent?: string;
}

/** What a pull of one list came to. */
export interface PullSummary {
  readonly path: string;
  readonly facts: number;
  readonly refused: number;
  /** The ERP has no such list. */
  readonly absent: boolean;
}

/** Lists of an ERP by path. */
const pullLists: ReadonlyMap<string, AnyContract> = new Map([
  ['/products', contracts.product as unknown as AnyContract],
  ['/stock', contracts.stockLevel as unknown as AnyContract],
  ['/stock-movements', contracts.stockMovement as unknown as AnyContract],
  ['/invoices', contracts.invoice as unknown as AnyContract],
]);

const PAGE = 200;
/** Pages of one run; the rest comes with the next one, so that one list cannot keep the others waiting for ever. */
const MOST_PAGES = 500;

/** Pulls every list from where it stood. A list that fails does not keep the others from being read; its error is thrown at the end. */
export async function pullAll(asOf: number, deps: PullDeps): Promise<PullSummary[]> {
  const summaries: PullSummary[] = [];
  const errors: unknown[] = [];
  for (const [path, contract] of pullLists) {
    try {
      summaries.push(await pullList(path, contract, asOf, deps));
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0)
    throw errors.length === 1 ? errors[0] : new AggregateError(errors, `${errors.length} lists of the ERP could not be read`);
  return summaries;
}

/**
 * Reads a list page by page. The cursor moves in the transaction that stores what the page held: facts in the outbox, refused items in
 * quarantine. A page read twice gives the same event ids, so that it is a repetition for whoever reads the topic.
 * @param asOf microseconds UTC, against times in the future.
 * @throws BridgeFault when the ERP does not keep to the interface, or another pull moved the cursor meanwhile.
 */
export async function pullList(path: string, contract: AnyContract, asOf: number, deps: PullDeps): Promise<PullSummary> {
  let facts = 0;
  let refused = 0;
  let after = await cursorOf(deps, path);
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const answer = await deps.client.get(path, { limit: String(PAGE), ...(after === null ? {} : { after }) });
    if (answer.status === 404) return { path, facts, refused, absent: true };
    if (answer.body === undefined) throw new BridgeFault('pull-status', `${path} answered ${answer.status}`);
    const page = readPage(path, answer.body);
    const items = page.items.map((item) => readItem(contract as unknown as Contract<unknown>, item, asOf));
    const good = items.filter((item) => !isRefused(item)) as PulledFact[];
    const bad = items.filter(isRefused);
    const moved = page.next !== after;
    if (moved) await deps.database.transaction((tx) => storePage(tx, path, contract, { after, next: page.next, good, bad }, deps));
    else if (items.length > 0) throw new BridgeFault('pull-format', `${path}: a page with items does not move the cursor`);
    facts += good.length;
    refused += bad.length;
    after = page.next;
    if (!page.more || !moved) break;
  }
  return { path, facts, refused, absent: false };
}

async function cursorOf({ database, url }: PullDeps, path: string): Promise<string | null> {
  const [row] = await database.query<{ cursor: string }>('SELECT cursor FROM erp_bridge.pull_cursor WHERE url = $1 AND path = $2', [
    url,
    path,
  ]);
  return row?.cursor ?? null;
}

interface StoredPage {
  readonly after: string | null;
  readonly next: string;
  readonly good: readonly PulledFact[];
  readonly bad: readonly RefusedItem[];
}

async function storePage(tx: Transaction, path: string, contract: AnyContract, page: StoredPage, deps: PullDeps): Promise<void> {
  const values = [deps.url, path, page.next, page.good.length, page.bad.length];
  const moved =
    page.after === null
      ? await tx.query(
          'INSERT INTO erp_bridge.pull_cursor (url, path, cursor, facts, refused) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING 1',
          values,
        )
      : await tx.query(
          `UPDATE erp_bridge.pull_cursor SET cursor = $3, facts = facts + $4, refused = refused + $5, pulled_at = now()
WHERE url = $1 AND path = $2 AND cursor = $6 RETURNING 1`,
          [...values, page.after],
        );
  if (moved.length === 0) throw new BridgeFault('pull-moved', `${path}: another pull moved the cursor`);
  await appendOutbox(
    tx,
    page.good.map((fact): OutboxEvent => ({
      contract,
      id: fact.id,
      source: ERP_SOURCE,
      key: fact.key,
      time: fact.time,
      ...(deps.traceparent === undefined ? {} : { traceparent: deps.traceparent }),
      value: () => fact.value,
    })),
  );
  await quarantine(
    tx,
    page.bad.map((item): QuarantineRow => ({
      group: 'erp-bridge',
      source: ERP_SOURCE,
      eventId: item.id,
      contract: contract.name,
      schemaId: null,
      faults: item.faults,
      key: null,
      headers: { path },
      value: item.raw,
    })),
  );
}
