import type { FieldName, FieldClaim, NodeState, Totals } from './node-state.ts';

interface TotalsJson extends Omit<Totals, 'gross' | 'returned' | 'paid' | 'invoiced' | 'settled'> {
  readonly gross: string;
  readonly returned: string;
  readonly paid: string;
  readonly invoiced: string;
  readonly settled: string;
}

/** The form of a node's state in its jsonb column: BigInts as text. */
export type NodeStateJson = Omit<NodeState, 'totals'> & { readonly totals: Readonly<Record<string, TotalsJson>> };

/** Writes a state for jsonb. */
export function toNodeStateJson(state: NodeState): NodeStateJson {
  const totals = Object.entries(state.totals).map(([currency, value]) => [
    currency,
    {
      ...value,
      gross: `${value.gross}`,
      returned: `${value.returned}`,
      paid: `${value.paid}`,
      invoiced: `${value.invoiced}`,
      settled: `${value.settled}`,
    },
  ]);
  return { ...state, totals: Object.fromEntries(totals) as Record<string, TotalsJson> };
}

/** Reads a state from jsonb. */
export function fromNodeStateJson(json: NodeStateJson): NodeState {
  const totals = Object.entries(json.totals).map(([currency, value]): [string, Totals] => [
    currency,
    {
      orders: value.orders,
      gross: BigInt(value.gross),
      returned: BigInt(value.returned),
      paid: BigInt(value.paid),
      invoiced: BigInt(value.invoiced),
      settled: BigInt(value.settled),
    },
  ]);
  return { ...json, fields: json.fields as Partial<Record<FieldName, FieldClaim>>, totals: Object.fromEntries(totals) };
}
