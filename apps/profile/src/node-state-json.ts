import { quoted } from '@tributary/persistence';
import { FIELDS, type NodeState, type Totals } from './node-state.ts';

type Amounts = { readonly [Name in keyof Totals]: Totals[Name] extends bigint ? string : Totals[Name] };

/** The form of a node's state in its json column: BigInts as text. */
export type NodeStateJson = Omit<NodeState, 'totals'> & { totals: Record<string, Amounts> };

/** Writes a state for its column; a state is written for every event, and put together by hand takes a third of `JSON.stringify`. */
export function nodeStateText(state: NodeState): string {
  let fields = '';
  for (const name of FIELDS) {
    const claim = state.fields[name];
    if (claim === undefined) continue;
    fields += `${fields === '' ? '' : ','}"${name}":{"value":${quoted(claim.value)},"source":${quoted(claim.source)},"at":${claim.at},"rank":${claim.rank}}`;
  }
  let totals = '';
  for (const currency in state.totals) {
    const sum = state.totals[currency] as Totals;
    totals += `${totals === '' ? '' : ','}${quoted(currency)}:{"orders":${sum.orders},"gross":"${sum.gross}","returned":"${sum.returned}","paid":"${sum.paid}","invoiced":"${sum.invoiced}","settled":"${sum.settled}"}`;
  }
  const source = state.source === null ? 'null' : quoted(state.source);
  const customerId = state.customerId === null ? 'null' : quoted(state.customerId);
  return `{"source":${source},"customerId":${customerId},"fields":{${fields}},"returns":${state.returns},"payments":${state.payments},"interactions":${state.interactions},"complaints":${state.complaints},"firstOrderAt":${state.firstOrderAt},"lastOrderAt":${state.lastOrderAt},"totals":{${totals}},"updatedAt":${state.updatedAt}}`;
}

/** Reads a state from its column; what was parsed becomes the state. */
export function readNodeState(json: NodeStateJson): NodeState {
  const totals = json.totals as unknown as Record<string, Totals>;
  for (const currency in json.totals) {
    const { orders, gross, returned, paid, invoiced, settled } = json.totals[currency] as Amounts;
    totals[currency] = {
      orders,
      gross: amount(gross),
      returned: amount(returned),
      paid: amount(paid),
      invoiced: amount(invoiced),
      settled: amount(settled),
    };
  }
  return json as unknown as NodeState;
}

const amount = (text: string): bigint => (text === '0' ? 0n : BigInt(text));
