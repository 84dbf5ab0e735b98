import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import type { Database } from '@tributary/persistence';
import { APP_CONTEXT, type AppContext } from '@tributary/runtime';
import type { Customer, CustomerRow, Page, PersonalData, TimelineEntry, Why } from './api.ts';
import { searchCustomers } from './customer.view.ts';
import { params, readParams } from './params.ts';
import { readCustomer, readPersonalData, readProfile } from './profile.view.ts';
import { readTimeline } from './timeline.view.ts';
import { VIEWS } from './tokens.ts';
import { explain } from './why.ts';

@Controller('api/customers')
export class CustomersController {
  constructor(
    @Inject(VIEWS) private readonly db: Database,
    @Inject(APP_CONTEXT) private readonly context: AppContext,
  ) {}

  @Get()
  search(@Query() query: unknown): Promise<Page<CustomerRow>> {
    return searchCustomers(this.db, readParams(params.customers, query), this.context.config.currency);
  }

  @Get(':id')
  read(@Param() path: unknown, @Query() query: unknown): Promise<Customer> {
    readParams(params.none, query);
    return readCustomer(this.db, readParams(params.customer, path).id, this.context.config.currency);
  }

  @Get(':id/timeline')
  async timeline(@Param() path: unknown, @Query() query: unknown): Promise<Page<TimelineEntry>> {
    const { id } = readParams(params.customer, path);
    const { limit, after } = readParams(params.timeline, query);
    const { profileId } = await readProfile(this.db, id);
    return readTimeline(this.db, profileId, limit, after);
  }

  @Get(':id/why')
  why(@Param() path: unknown, @Query() query: unknown): Promise<Why> {
    return explain(this.db, readParams(params.customer, path).id, readParams(params.why, query));
  }

  /** Shows personal data in clear. A POST, so that no link, prefetch or reload does it unasked; logged, so that it can be answered for. */
  @Post(':id/reveal')
  @HttpCode(200)
  async reveal(@Param() path: unknown, @Query() query: unknown): Promise<PersonalData> {
    readParams(params.none, query);
    const { id } = readParams(params.customer, path);
    const personal = await readPersonalData(this.db, id);
    this.context.logger.info({ app: 'console', action: 'reveal', profileId: id }, 'personal data of a profile was shown');
    return personal;
  }
}
