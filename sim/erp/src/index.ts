export { decide, defaultErpRules, type Assortment, type ErpRules, type Hook, type Verdict } from './decide.ts';
export type { Ack, ErpState } from './erp-store.ts';
export { startErpSim, type ErpSim, type ErpSimOptions } from './start-erp-sim.ts';
