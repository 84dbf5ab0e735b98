import type { IdentifierKind } from '@tributary/matching';
import type { ProfileView } from './combine-profile.ts';
import type { Contribution } from './contribution.ts';
import type { DocumentKind, NodeState } from './node-state.ts';
import type { Told } from './told.ts';

/** An identity node as stored; a batch changes what it has loaded in place. */
export interface StoredNode {
  readonly node: string;
  readonly kind: IdentifierKind;
  readonly scope: string;
  readonly display: string;
  firstSeen: number;
  profileId: string;
  /** Shared by more customers than one person can be: links nobody. */
  shared: boolean;
  state: NodeState | null;
}

export interface StoredEdge {
  readonly edge: string;
  readonly from: string;
  readonly to: string;
  readonly seenAt: number;
  readonly rule: string;
  readonly evidenceSource: string;
  readonly evidenceId: string;
}

/** A document with what it contributes and which record said so. */
export interface StoredDocument extends Contribution {
  readonly kind: DocumentKind | 'CUSTOMER';
  readonly source: string;
  readonly documentId: string;
  readonly version: bigint;
  readonly hash: bigint;
  readonly node: string;
  readonly causeSource: string;
  readonly causeId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

export interface StoredProfile {
  readonly profileId: string;
  /** First time anything was seen of it, microseconds: the older one survives a merge. */
  readonly since: number;
  readonly mergedInto: string | null;
  readonly mergedFrom: readonly string[];
  /** Its last sequence numbers. */
  readonly told: Told;
}

export type DocumentKey = Pick<StoredDocument, 'kind' | 'source' | 'documentId'>;

/** A profile as it is written: its view, or where it went. */
export interface ProfileWrite {
  readonly profileId: string;
  readonly since: number;
  readonly mergedInto: string | null;
  /** False for identifiers that nothing was said of, and for what was merged away. */
  readonly visible: boolean;
  readonly view: ProfileView;
  /** Its last sequence numbers; a rebuild, which only finds out later, gives none. */
  readonly told?: Told;
}
