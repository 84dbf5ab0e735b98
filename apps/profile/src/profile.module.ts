import { Module, type DynamicModule } from '@nestjs/common';
import { STAGE } from '@tributary/persistence';
import type { AppContext } from '@tributary/runtime';
import { createProfileStage } from './profile-stage.ts';

/** The profile app: one stage, fed by the transport that the host connects. */
@Module({})
export class ProfileModule {
  static register(context: AppContext): DynamicModule {
    return {
      module: ProfileModule,
      providers: [{ provide: STAGE, useValue: createProfileStage(context.config.identityKey) }],
      exports: [STAGE],
    };
  }
}
