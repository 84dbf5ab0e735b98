import { contracts, FRAME_LENGTH } from '@tributary/contracts';
import avro from 'avsc';

/** What the plain contestants keep of an order. */
export interface PlainOrder {
  readonly customerId: string;
  readonly name: string;
  readonly email: string;
  /** Microseconds. */
  readonly placedAt: number;
  /** Integer of scale 4. */
  readonly total: bigint;
}

interface Decoded {
  readonly placedAt: number;
  readonly customer: { readonly id: string; readonly name: string; readonly email: string };
  readonly total: Buffer;
}

/** Plain avsc: the schema as it stands, no logical types, no checks. */
const type = avro.Type.forSchema(contracts.order.latest.schema as never, { wrapUnions: 'never' } as never);

/** Takes the frame off and decodes. */
export function readOrder(framed: Buffer): PlainOrder {
  const { value } = type.decode(framed, FRAME_LENGTH) as unknown as { value: Decoded };
  const { customer, placedAt, total } = value;
  return { customerId: customer.id, name: customer.name, email: customer.email, placedAt, total: BigInt(total.readIntBE(0, total.length)) };
}
