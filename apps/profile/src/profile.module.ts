import { Module, type DynamicModule } from '@nestjs/common';
import { APP_CONTEXT, type AppContext } from '@tributary/runtime';

/** The profile app. All of its work is its stage, which the host connects to the transport. */
@Module({})
export class ProfileModule {
  static register(context: AppContext): DynamicModule {
    return { module: ProfileModule, providers: [{ provide: APP_CONTEXT, useValue: context }] };
  }
}
