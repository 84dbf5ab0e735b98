export { migrations } from './migrations.ts';
export { createProfileStage, identityKeys } from './profile-stage.ts';
export { handledContracts } from './profile.routes.ts';
