import { topology } from '@tributary/contracts';
import type { HubEvent, Stage, UnitOfWork } from '@tributary/persistence';
import { closeBatch } from './close-batch.ts';
import { foldFact } from './fold-fact.ts';
import { createIdentifierReader } from './identifier.ts';
import { identityKeys } from './identity-keys.ts';
import { IdentityMemory } from './identity-memory.ts';
import { loadBatch } from './load-batch.ts';
import { LIVE_SCHEMA } from './profile-schema.ts';
import { createProfileStore } from './profile.store.ts';
import { readFact } from './read-fact.ts';

/** Where a profile stage works. */
export interface ProfileStagePlace {
  /** Schema of its tables; {@link LIVE_SCHEMA} by default. */
  readonly schema?: string;
  /** Its consumer group; `profile` by default. */
  readonly group?: string;
}

/** The profile app's stage: facts in, one customer profile out. A shadow is the same stage in another place. */
export function createProfileStage(
  identityKey: string | Buffer,
  { schema = LIVE_SCHEMA, group = 'profile' }: ProfileStagePlace = {},
): Stage {
  const keys = identityKeys(identityKey);
  const reader = createIdentifierReader(keys);
  const memory = new IdentityMemory();
  const store = createProfileStore(schema);
  return {
    group,
    reads: topology.profile.reads,
    permanentKeys: true,
    async open(tx, events, epoch): Promise<UnitOfWork> {
      memory.enter(epoch);
      const facts = new Map(events.map((event) => [event, readFact(reader, event)]));
      const state = await loadBatch({ tx, store, memory }, [...facts.values()]);
      return {
        apply: (event: HubEvent) => foldFact(state, facts.get(event) ?? readFact(reader, event), keys),
        close: () => closeBatch(tx, store, memory, state),
      };
    },
  };
}
