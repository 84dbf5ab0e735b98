import { resendRefused, sourceRoutes } from '@tributary/app-gateway';
import type { Database, RedrivePorts } from '@tributary/persistence';
import type { Config } from '@tributary/runtime';
import { liveStages } from './live-stages.ts';

/** What redriving needs of the hub with this configuration: its stages, and the gateway's intake for requests that it refused. */
export function redrivePorts(database: Database, config: Pick<Config, 'identityKey' | 'currency' | 'sources'>): RedrivePorts {
  const stages = liveStages(config);
  const routes = sourceRoutes(config.sources);
  return {
    database,
    stageOf: (group) => stages.get(group),
    resend: async (id, dryRun) => {
      const sent = await resendRefused({ database, routes, now: () => Date.now() }, id, dryRun);
      if (sent.kind === 'settled') return undefined;
      return { fate: sent.kind, faults: sent.kind === 'quarantined' ? sent.faults : [] };
    },
    now: () => new Date(),
  };
}
