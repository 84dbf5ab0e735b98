import { orderJson } from './order-json.ts';
import type { Said } from './stage-bench.ts';

/** What the shop says of an order of a customer. */
export const orderSaid = (orderId: string, customer: object): Said => ({
  id: `order/${orderId}`,
  source: 'shop',
  type: 'commerce.order',
  time: '2026-03-01T10:00:00Z',
  data: orderJson(orderId, { customer }),
});
