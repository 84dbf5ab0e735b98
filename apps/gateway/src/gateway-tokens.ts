/** Injection tokens of the gateway. */
export const DATABASE = Symbol('DATABASE');
export const ROUTES = Symbol('ROUTES');
export const CLOCK = Symbol('CLOCK');
export const STEPS = Symbol('STEPS');
