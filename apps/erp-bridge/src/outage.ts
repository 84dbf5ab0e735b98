/** What is known of the receiver being away; times in milliseconds of any steady clock. */
export interface Outage {
  /** Attempts in a row that showed it away. */
  readonly failures: number;
  /** Nothing is sent before. */
  readonly until: number;
}

/** The receiver answers. */
export const noOutage: Outage = { failures: 0, until: 0 };

/** So many in a row are an outage, not an accident. */
const THRESHOLD = 3;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Whether anything may be sent now. */
export const mayAttempt = (outage: Outage, now: number): boolean => now >= outage.until;

/**
 * The receiver was away once more: from the third time on everything pauses, twice as long each time up to half a minute, so that an ERP
 * that is down does not use up the attempts of thousands of deliveries.
 */
export function showedAway(outage: Outage, now: number): Outage {
  // What was under way when a pause began tells nothing new.
  if (!mayAttempt(outage, now)) return outage;
  const failures = outage.failures + 1;
  if (failures < THRESHOLD) return { failures, until: outage.until };
  return { failures, until: now + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - THRESHOLD, 10)) };
}

/** Whether it was long enough away that deliveries put off because of it should be tried at once now that it answers. */
export const wasOutage = (outage: Outage): boolean => outage.failures >= THRESHOLD;
