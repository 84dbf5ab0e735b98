import { createSeller, type Seller } from '@tributary/seller';

/** What `tributary demo` was asked for. */
export interface DemoOptions {
  readonly dataDir: string;
  /** First of the ports used: four services, gateway, console, ERP. */
  readonly port: number;
  readonly fresh: boolean;
  /** End when the loop has closed. */
  readonly exit: boolean;
  readonly json: boolean;
  /** A real export instead of the simulated seller. */
  readonly data?: string;
  readonly format?: string;
  readonly seed: number;
  readonly customers: number;
  readonly days: number;
}

/** Day after the simulated history: 2026-03-01. Fixed, so that the same seed gives the same events for ever. */
const ANCHOR_DAY = 20_513;

/** The simulated seller of a demo; the hub's ERP is started from the same one. */
export const sellerOf = (options: Pick<DemoOptions, 'seed' | 'customers' | 'days'>): Seller =>
  createSeller({ ...options, anchorDay: ANCHOR_DAY });

/** Ports after the four of the services. */
export const demoPorts = (first: number): { readonly gateway: number; readonly console: number; readonly erp: number } => ({
  gateway: first + 4,
  console: first + 5,
  erp: first + 6,
});
