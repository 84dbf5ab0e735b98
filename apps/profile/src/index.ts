export { migrations } from './migrations.ts';
export { createProfileStage } from './profile-stage.ts';
export { ProfileModule } from './profile.module.ts';
