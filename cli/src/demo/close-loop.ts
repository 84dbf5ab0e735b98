import { setTimeout as wait } from 'node:timers/promises';
import type { FlowFigures } from './flow-figures.ts';

/** How the end of a bounded run is told. */
export interface CloseLoopOptions {
  readonly read: () => Promise<FlowFigures>;
  readonly runTask: (name: 'refit' | 'reforecast') => Promise<void>;
  readonly show: (phase: string) => void;
  readonly signal: AbortSignal;
}

const LOOK_MS = 500;
/** Looks in a row that must agree: an event on its way between two apps is in no counter for a moment. */
const CALM_LOOKS = 2;

/** Whether nothing is on its way: no lag, nothing unsent, and everything published to the ERP answered when `answered` is asked for. */
const calm = (figures: FlowFigures, answered: boolean): boolean =>
  figures.lag === 0n &&
  figures.unsent === 0n &&
  (!answered || figures.accepted + figures.refused + figures.overridden === figures.published);

/**
 * Ends a bounded run: waits until every fact is applied, fits the models and forecasts once at the latest event, and waits until what they
 * published is applied and answered.
 */
export async function closeLoop({ read, runTask, show, signal }: CloseLoopOptions): Promise<FlowFigures> {
  show('applying');
  await untilCalm(read, false, signal);
  show('fitting');
  await runTask('refit');
  show('forecasting');
  await runTask('reforecast');
  show('waiting for the ERP');
  return untilCalm(read, true, signal);
}

async function untilCalm(read: () => Promise<FlowFigures>, answered: boolean, signal: AbortSignal): Promise<FlowFigures> {
  let last = '';
  let looks = 0;
  for (;;) {
    signal.throwIfAborted();
    const figures = await read();
    const seen = `${figures.consumed}/${figures.published}/${figures.profiles}`;
    looks = calm(figures, answered) && seen === last ? looks + 1 : 0;
    last = seen;
    if (looks >= CALM_LOOKS) return figures;
    await wait(LOOK_MS);
  }
}
