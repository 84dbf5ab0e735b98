import type { Cell, LeftOut } from '../cell.ts';
import { clocks } from './clocks.ts';
import { consumerAnswers } from './consumer-answers.ts';
import { consumerGroups } from './consumer-groups.ts';
import { consumerKills } from './consumer-kills.ts';
import { consumerRecords } from './consumer-records.ts';
import { consumerTopics } from './consumer-topics.ts';
import { consumerZombies } from './consumer-zombies.ts';
import { deploys } from './deploys.ts';
import { gatewayKills } from './gateway-kills.ts';
import { gatewayServices } from './gateway-services.ts';
import { gatewaySockets } from './gateway-sockets.ts';
import { jobCells } from './jobs.ts';
import { kafkaBroker } from './kafka-broker.ts';
import { kafkaClusterCells } from './kafka-cluster.ts';
import { kafkaTroubles } from './kafka-troubles.ts';
import { migrationCells } from './migrations.ts';
import { networkCells } from './network.ts';
import { poisonJob } from './poison-job.ts';
import { postgresCrashes } from './postgres-crashes.ts';
import { parkingCells } from './parking.ts';
import { postgresDisks } from './postgres-disks.ts';
import { postgresFailover } from './postgres-failover.ts';
import { postgresSlow } from './postgres-slow.ts';
import { relayKills } from './relay-kills.ts';
import { relayQueues } from './relay-queues.ts';
import { webhooks } from './webhooks.ts';
import { wholeHost } from './whole-host.ts';

/** Every cell, in the order of the matrix. */
export const allCells: readonly Cell[] = [
  ...gatewayKills,
  ...gatewayServices,
  ...gatewaySockets,
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
  ...jobCells,
  ...poisonJob,
  ...kafkaBroker,
  ...kafkaClusterCells,
  ...kafkaTroubles,
  ...clocks,
  ...deploys,
  ...migrationCells,
  ...webhooks,
  ...wholeHost,
].sort((left, right) => (left.id < right.id ? -1 : 1));

/** Cells that are not run, with the reason. */
export const leftOut: readonly LeftOut[] = [
  {
    id: 'F60',
    component: 'erasure',
    fault: 'SIGKILL half-way through an erase',
    why: 'the product has no erasure yet, so that there is nothing to interrupt',
  },
  {
    id: 'F62',
    component: 'soak',
    fault: 'faults picked at random for hours',
    why: 'a run of its own with figures of its own: npm run test:soak',
  },
];
