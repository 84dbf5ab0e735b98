import { contracts } from '@tributary/contracts';

/** How many events each of the profile app's topics has of one profile: their last sequence numbers. */
export interface Told {
  readonly activity: bigint;
  readonly identity: bigint;
  readonly profile: bigint;
}

export const NOTHING_TOLD: Told = { activity: 0n, identity: 0n, profile: 0n };

/** Topics whose numbers stand in a profile's row, with the column of each. */
export const TOLD_TOPICS: readonly { readonly told: keyof Told; readonly topic: string; readonly column: string }[] = [
  { told: 'activity', topic: contracts.activity.topic, column: 'told_activity' },
  { told: 'identity', topic: contracts.identityChange.topic, column: 'told_identity' },
  { told: 'profile', topic: contracts.profile.topic, column: 'told_profile' },
];

/** Gives out the next numbers of profiles whose rows are locked. Pure: where they began is handed in. */
export class ToldCounts {
  private readonly counts = new Map<string, { -readonly [Name in keyof Told]: Told[Name] }>();

  constructor(private readonly began: (profileId: string) => Told | undefined) {}

  next(told: keyof Told, profileId: string): bigint {
    let count = this.counts.get(profileId);
    if (count === undefined) {
      const { activity, identity, profile } = this.began(profileId) ?? NOTHING_TOLD;
      this.counts.set(profileId, (count = { activity, identity, profile }));
    }
    return (count[told] += 1n);
  }

  /** The numbers given out last. */
  of(profileId: string): Told {
    return this.counts.get(profileId) ?? this.began(profileId) ?? NOTHING_TOLD;
  }

  /** Profiles that were given numbers. */
  get profiles(): Iterable<string> {
    return this.counts.keys();
  }
}
