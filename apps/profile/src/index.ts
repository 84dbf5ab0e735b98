export { isIdentityKey } from './identity-keys.ts';
export { migrations } from './migrations.ts';
export { createProfileStage } from './profile-stage.ts';
export { ProfileModule } from './profile.module.ts';
export { adoptLiveIds } from './rebuild/adopt-live-ids.ts';
export type { ProfileDifference, ProfileExample } from './rebuild/compare-profiles.ts';
export type { FieldDifference, RowDifference, RowExample } from './rebuild/compare-rows.ts';
export { compareShadow, type ShadowDifference } from './rebuild/compare-shadow.ts';
export type { MoneyDifference, SideCounts } from './rebuild/compare-totals.ts';
export { toldState } from './rebuild/corrections.ts';
export {
  analyseShadow,
  createShadow,
  discardShadow,
  dropShadow,
  LIVE_GROUP,
  openPartitions,
  rangesToLive,
  readShadow,
  SHADOW_GROUP,
  SHADOW_SCHEMA,
  type ShadowPlan,
  type ShadowState,
} from './rebuild/shadow.ts';
export { lockLiveTables, swapShadow, type Swapped } from './rebuild/swap-shadow.ts';
export { createToldStage, TOLD_GROUP, toldContracts } from './rebuild/told-stage.ts';
export { numberEvents } from './told.store.ts';
