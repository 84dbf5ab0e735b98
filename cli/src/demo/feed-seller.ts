import { setTimeout as wait } from 'node:timers/promises';
import { feed, type FeedProgress, type Seller, type Truth } from '@tributary/seller';

/** What was fed. */
export interface SellerFed {
  readonly kind: 'seller';
  readonly progress: FeedProgress;
  readonly truth: Truth;
  readonly duplicates: number;
}

export interface FeedSellerOptions {
  readonly gatewayUrl: string;
  /** Go on day by day after the history. */
  readonly live: boolean;
  readonly signal: AbortSignal;
  readonly onSent: (sent: number) => void;
}

/** A live day passes in this time. */
const LIVE_DAY_MS = 4_000;

/** Posts the simulated history and, in a live demo, one more day every few seconds, for ever. */
export async function feedSeller(seller: Seller, { gatewayUrl, live, signal, onSent }: FeedSellerOptions): Promise<SellerFed> {
  const options = { gatewayUrl, signal };
  const progress = await feed(seller.deliveries, { ...options, onProgress: (now) => onSent(now.sent) });
  if (!live) return { kind: 'seller', progress, truth: seller.truth, duplicates: seller.duplicates };
  let sent = progress.sent;
  for (const day of seller.live()) {
    await wait(LIVE_DAY_MS, undefined, { signal });
    const before = sent;
    await feed(day.deliveries, { ...options, onProgress: (now) => onSent((sent = before + now.sent)) });
  }
  throw new Error('a live seller has no end');
}
