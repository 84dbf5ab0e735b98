import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import type { Database } from '@tributary/persistence';
import { APP_CONTEXT, type AppContext } from '@tributary/runtime';
import type { Page, QuarantineDetail, QuarantineRecord, QuarantineRow } from './api.ts';
import { params, readParams } from './params.ts';
import { listQuarantine, readQuarantined, readQuarantinedRecord } from './quarantine.view.ts';
import { VIEWS } from './tokens.ts';

@Controller('api/quarantine')
export class QuarantineController {
  constructor(
    @Inject(VIEWS) private readonly db: Database,
    @Inject(APP_CONTEXT) private readonly context: AppContext,
  ) {}

  @Get()
  list(@Query() query: unknown): Promise<Page<QuarantineRow>> {
    return listQuarantine(this.db, readParams(params.quarantine, query));
  }

  @Get(':id')
  read(@Param() path: unknown, @Query() query: unknown): Promise<QuarantineDetail> {
    readParams(params.none, query);
    return readQuarantined(this.db, readParams(params.quarantined, path).id);
  }

  /** Shows the raw record, which may hold personal data: asked for, and logged. */
  @Post(':id/record')
  @HttpCode(200)
  async record(@Param() path: unknown, @Query() query: unknown): Promise<QuarantineRecord> {
    readParams(params.none, query);
    const { id } = readParams(params.quarantined, path);
    const record = await readQuarantinedRecord(this.db, id);
    this.context.logger.info({ app: 'console', action: 'show-record', quarantineId: id }, 'a quarantined record was shown');
    return record;
  }
}
