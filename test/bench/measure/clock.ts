/** Now, milliseconds since 1970 with a fraction: the clock that every process of a run shares. */
export const now = (): number => performance.timeOrigin + performance.now();
