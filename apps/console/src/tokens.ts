/** Injection token of the read-only {@link Database} that holds the views. */
export const VIEWS = Symbol('VIEWS');
/** Injection token of the latest figures of the overview. */
export const OVERVIEW = Symbol('OVERVIEW');
/** Injection token of the {@link LagBoard}. */
export const LAG_BOARD = Symbol('LAG_BOARD');
/** Injection token of the built page, or `undefined` when it was not built. */
export const WEB_ASSETS = Symbol('WEB_ASSETS');
/** Injection token of the {@link RepairPort}, or `undefined` where the console only reads. */
export const REPAIR = Symbol('REPAIR');
