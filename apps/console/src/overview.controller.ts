import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { Overview } from './api.ts';
import type { Latest } from './latest.ts';
import type { OverviewFigures } from './overview.ts';
import { params, readParams } from './params.ts';
import { OVERVIEW } from './tokens.ts';

/** The state of the flow; asked for every two seconds by every open page. */
@Controller('api/overview')
export class OverviewController {
  constructor(@Inject(OVERVIEW) private readonly latest: Latest<OverviewFigures>) {}

  @Get()
  async read(@Query() query: unknown): Promise<Overview> {
    readParams(params.none, query);
    const { value, at, failingSince } = await this.latest.get();
    return {
      ...value,
      staleSeconds: Math.max(0, (Date.now() - at) / 1000),
      database: failingSince === undefined ? { state: 'up' } : { state: 'down', since: new Date(failingSince).toISOString() },
    };
  }
}
