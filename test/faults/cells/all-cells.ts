import type { Cell, LeftOut } from '../cell.ts';
import { consumerAnswers } from './consumer-answers.ts';
import { consumerKills } from './consumer-kills.ts';
import { relayKills } from './relay-kills.ts';

/** Every cell, in the order of the matrix. */
export const allCells: readonly Cell[] = [...consumerKills, ...consumerAnswers, ...relayKills].sort((left, right) =>
  left.id < right.id ? -1 : 1,
);

/** Cells that are not run, with the reason. */
export const leftOut: readonly LeftOut[] = [];
