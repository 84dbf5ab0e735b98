import { Body, Controller, Get, Headers, HttpCode, Inject, Optional, Param, Post, Query } from '@nestjs/common';
import { textFault } from '@tributary/contracts';
import type { Database, KeyAction, RedriveReport } from '@tributary/persistence';
import { APP_CONTEXT, type AppContext } from '@tributary/runtime';
import type { Page } from './api.ts';
import type { EditReport, OperationRow, ParkedKey, RepairReport } from './repair-api.ts';
import { NotFound, ReadOnly, Refused } from './api-fault.ts';
import { params, readParams } from './params.ts';
import { listOperations, listParked } from './parked.view.ts';
import type { RepairPort } from './repair-port.ts';
import { REPAIR, VIEWS } from './tokens.ts';

/** Longest name that a proxy may give to who stands behind a request. */
const MAX_ACTOR = 100;
/** SQLSTATE of a role that may only read. */
const NO_RIGHTS = '42501';

/** Redrive, discard, edit; blocked keys; who did what. */
@Controller('api')
export class RepairController {
  constructor(
    @Inject(VIEWS) private readonly db: Database,
    @Inject(APP_CONTEXT) private readonly context: AppContext,
    @Optional() @Inject(REPAIR) private readonly repair: RepairPort | undefined,
  ) {}

  @Get('parked')
  parked(@Query() query: unknown): Promise<Page<ParkedKey>> {
    return listParked(this.db, readParams(params.list, query));
  }

  @Get('operations')
  operations(@Query() query: unknown): Promise<Page<OperationRow>> {
    return listOperations(this.db, readParams(params.list, query));
  }

  @Post('quarantine/redrive')
  @HttpCode(200)
  redrive(@Query() query: unknown, @Body() body: unknown, @Headers('x-forwarded-user') user: unknown): Promise<RepairReport> {
    return this.act('redrive', query, body, user);
  }

  @Post('quarantine/discard')
  @HttpCode(200)
  discard(@Query() query: unknown, @Body() body: unknown, @Headers('x-forwarded-user') user: unknown): Promise<RepairReport> {
    return this.act('discard', query, body, user);
  }

  @Post('quarantine/:id/edit')
  @HttpCode(200)
  async edit(
    @Param() path: unknown,
    @Query() query: unknown,
    @Body() body: unknown,
    @Headers('x-forwarded-user') user: unknown,
  ): Promise<EditReport> {
    readParams(params.none, query);
    const { id } = readParams(params.quarantined, path);
    const { data, eventId, source, time, type } = readParams(params.edit, body);
    const outcome = await this.changing((repair) =>
      repair.edit(
        BigInt(id),
        {
          ...(data === undefined ? {} : { data }),
          ...(eventId === undefined ? {} : { id: eventId }),
          ...(source === undefined ? {} : { source }),
          ...(time === undefined ? {} : { time }),
          ...(type === undefined ? {} : { type }),
        },
        actorOf(user),
      ),
    );
    if (outcome.kind === 'not-found') throw new NotFound('quarantined record');
    if (outcome.kind === 'settled') throw new Refused([{ field: '', reason: `is ${outcome.status} already` }]);
    if (outcome.kind === 'refused')
      throw new Refused(outcome.faults.map(({ field, reason, detail }) => ({ field, reason: `${reason}: ${detail}` })));
    this.context.logger.info(
      { app: 'console', action: 'edit', quarantineId: id, operation: String(outcome.operation) },
      'a record was edited',
    );
    return { operation: outcome.operation.toString() };
  }

  private async act(action: KeyAction, query: unknown, body: unknown, user: unknown): Promise<RepairReport> {
    readParams(params.none, query);
    const { dryRun, all: _all, ...given } = readParams(params.repair, body);
    const filter = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const report = await this.changing((repair) => repair.redrive(action, filter, dryRun, actorOf(user)));
    if (!dryRun)
      this.context.logger.info(
        { app: 'console', action, operation: String(report.operation), selected: report.selected },
        'the quarantine was changed',
      );
    return toReport(report);
  }

  private async changing<T>(work: (repair: RepairPort) => Promise<T>): Promise<T> {
    if (this.repair === undefined) throw new ReadOnly('this console has nothing to change the quarantine with');
    try {
      return await work(this.repair);
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code === NO_RIGHTS) throw new ReadOnly('its database role may only read', { cause: error });
      throw error;
    }
  }
}

/** Who stands behind a request, as the proxy says that has asked them; the console itself has no login. */
const actorOf = (user: unknown): string =>
  typeof user === 'string' && user !== '' && user.length <= MAX_ACTOR && textFault(user, false) === undefined ? user : 'console';

function toReport({ operation, records, events, ...report }: RedriveReport): RepairReport {
  return {
    ...report,
    operation: operation?.toString() ?? null,
    records: records.map(({ id, topic, partition, offset, fate, faults = [] }) => ({
      id: id?.toString() ?? null,
      topic: topic === '' ? null : topic,
      partition: topic === '' ? null : partition,
      offset: topic === '' ? null : offset.toString(),
      fate,
      faults,
    })),
    events: events.map(({ topic, type, id }) => ({ topic, type, id })),
  };
}
