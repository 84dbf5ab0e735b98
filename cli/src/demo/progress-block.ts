import logUpdate from 'log-update';
import type { FlowFigures } from './flow-figures.ts';

/** What is shown besides the figures. */
export interface ProgressNotes {
  readonly phase: string;
  readonly eventsIn: number;
  readonly seconds: number;
}

/** Shows live progress: one refreshed block on a terminal, a plain line every few seconds otherwise, nothing in JSON mode on standard output. */
export interface ProgressDisplay {
  show(figures: FlowFigures, notes: ProgressNotes): void;
  done(): void;
}

const PLAIN_EVERY_S = 3;

export function createProgressDisplay(terminal: boolean, write: (line: string) => void): ProgressDisplay {
  let nextPlain = 0;
  return {
    show(figures, notes) {
      if (terminal) return logUpdate(block(figures, notes));
      if (notes.seconds < nextPlain) return;
      nextPlain = notes.seconds + PLAIN_EVERY_S;
      write(plain(figures, notes));
    },
    done: () => {
      if (terminal) logUpdate.done();
    },
  };
}

const count = (value: number | bigint): string => value.toLocaleString('en-US');
const answered = (figures: FlowFigures): number => figures.accepted + figures.refused + figures.overridden;

function block(figures: FlowFigures, notes: ProgressNotes): string {
  return [
    `  ${notes.phase}, ${notes.seconds.toFixed(0)} s`,
    `  events in     ${count(notes.eventsIn).padStart(10)}    applied      ${count(figures.applied).padStart(10)}    duplicates  ${count(figures.duplicate).padStart(8)}`,
    `  stale         ${count(figures.stale).padStart(10)}    quarantined  ${count(figures.quarantined).padStart(10)}    lag         ${count(figures.lag).padStart(8)}`,
    `  profiles      ${count(figures.profiles).padStart(10)}    segments     ${count(figures.segments).padStart(10)}    forecasts   ${count(figures.forecasts).padStart(8)}`,
    `  to the ERP    ${count(figures.published).padStart(10)}    answered     ${count(answered(figures)).padStart(10)}    overridden  ${count(figures.overridden).padStart(8)}`,
  ].join('\n');
}

const plain = (figures: FlowFigures, notes: ProgressNotes): string =>
  `${notes.seconds.toFixed(0)}s ${notes.phase}: in ${notes.eventsIn} applied ${figures.applied} duplicates ${figures.duplicate} stale ${figures.stale} quarantined ${figures.quarantined} lag ${figures.lag} profiles ${figures.profiles} segments ${figures.segments} forecasts ${figures.forecasts} published ${figures.published} acknowledged ${answered(figures)}`;
