export { createSeller, type LiveDay, type Seller, type SellerOptions } from './create-seller.ts';
export { systems, type Delivery, type System } from './fact.ts';
export { cloudEventJson, feed, type FeedOptions, type FeedProgress } from './feed.ts';
export {
  createGatewayClient,
  GatewayAway,
  GatewayRefusal,
  type EventAnswer,
  type EventOutcome,
  type GatewayClient,
  type GatewayClientOptions,
} from './gateway-client.ts';
export { postEvents, type Outgoing, type PostOptions } from './post-events.ts';
export type { Truth, TruthProfile, TruthTotals } from './truth.ts';
