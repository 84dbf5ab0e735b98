import type { Product } from '@tributary/contracts';
import type { Disposition } from '@tributary/persistence';
import { judgeDocument, type Seen } from './judge-document.ts';
import { quantityFaults } from './quantity-limit.ts';

/** What replenishment needs to know of a product. */
export interface ProductDocument extends Seen {
  readonly source: string;
  readonly sku: string;
  readonly updatedAt: number;
  readonly active: boolean;
  readonly leadTimeDays: number | null;
  readonly minimumOrder: bigint | null;
  readonly packSize: bigint | null;
}

/** The outcome of a product. */
export interface ProductFold {
  readonly disposition: Disposition;
  readonly document?: ProductDocument;
}

/** Folds a snapshot of a product: the highest version of a source wins. */
export function setProduct(known: ProductDocument | undefined, product: Product, source: string, hash: bigint): ProductFold {
  const faults = [...quantityFaults('minimumOrder', product.minimumOrder), ...quantityFaults('packSize', product.packSize)];
  if (faults.length > 0) return { disposition: { kind: 'quarantined', faults } };
  const disposition = judgeDocument(known, { version: product.version, hash }, `product ${product.sku}`);
  if (disposition.kind !== 'applied') return { disposition };
  const { sku, version, updatedAt, active, leadTimeDays, minimumOrder, packSize } = product;
  return { disposition, document: { source, sku, version, hash, updatedAt, active, leadTimeDays, minimumOrder, packSize } };
}
