/** Versions of an API, first and last. */
export interface VersionRange {
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** An API that the hub calls: its number in the protocol, and the versions that the client can speak. */
export interface ClientApi {
  readonly name: string;
  readonly key: number;
  readonly versions: readonly number[];
}

/** What the hub calls. Fetch in one version alone: the one whose answers it reads itself. */
export const CALLED_APIS = [
  'Produce',
  'Fetch',
  'ListOffsets',
  'Metadata',
  'OffsetCommit',
  'OffsetFetch',
  'GroupCoordinator',
  'JoinGroup',
  'Heartbeat',
  'LeaveGroup',
  'SyncGroup',
  'CreateTopics',
] as const;
export const FETCH_VERSION = 11;

/**
 * Where broker and client have no version in common. kafkajs takes the lesser of both newest ones and never looks at the broker's oldest:
 * a broker that has dropped it (KIP-896 did so once) would answer every call with UNSUPPORTED_VERSION.
 * @param broker the broker's versions by number of API.
 */
export function missingOverlap(client: readonly ClientApi[], broker: Readonly<Record<number, VersionRange>>): string[] {
  return client.flatMap(({ name, key, versions }) => {
    const theirs = broker[key];
    if (theirs === undefined) return [`${name}: the broker has none`];
    const chosen = Math.min(Math.max(...versions), theirs.maxVersion);
    if (chosen >= theirs.minVersion && versions.includes(chosen)) return [];
    return [
      `${name}: the broker has ${theirs.minVersion} to ${theirs.maxVersion}, the client ${Math.min(...versions)} to ${Math.max(...versions)}`,
    ];
  });
}

/** Broker and client cannot talk to each other; no attempt will change that. */
export class BrokerVersionError extends Error {
  override name = 'BrokerVersionError';
  readonly retriable = false;

  constructor(broker: string, missing: readonly string[]) {
    super(
      `the broker ${broker} does not speak the versions of this client (${missing.join('; ')}): Kafka 2.3 to 4.x is what the hub works with`,
    );
  }
}
