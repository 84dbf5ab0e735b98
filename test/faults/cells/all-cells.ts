import type { Cell, LeftOut } from '../cell.ts';
import { consumerAnswers } from './consumer-answers.ts';
import { consumerGroups } from './consumer-groups.ts';
import { consumerKills } from './consumer-kills.ts';
import { consumerRecords } from './consumer-records.ts';
import { consumerTopics } from './consumer-topics.ts';
import { consumerZombies } from './consumer-zombies.ts';
import { networkCells } from './network.ts';
import { postgresCrashes } from './postgres-crashes.ts';
import { parkingCells } from './parking.ts';
import { postgresDisks } from './postgres-disks.ts';
import { postgresFailover } from './postgres-failover.ts';
import { postgresSlow } from './postgres-slow.ts';
import { relayKills } from './relay-kills.ts';
import { relayQueues } from './relay-queues.ts';

/** Every cell, in the order of the matrix. */
export const allCells: readonly Cell[] = [
  ...consumerKills,
  ...consumerAnswers,
  ...consumerZombies,
  ...consumerGroups,
  ...consumerRecords,
  ...consumerTopics,
  ...relayKills,
  ...relayQueues,
  ...postgresCrashes,
  ...postgresSlow,
  ...postgresDisks,
  ...postgresFailover,
  ...parkingCells,
  ...networkCells,
].sort((left, right) => (left.id < right.id ? -1 : 1));

/** Cells that are not run, with the reason. */
export const leftOut: readonly LeftOut[] = [];
