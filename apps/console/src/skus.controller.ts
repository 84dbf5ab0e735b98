import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import type { Database } from '@tributary/persistence';
import type { Page, Sku, SkuRow } from './api.ts';
import { params, readParams } from './params.ts';
import { readSku, searchSkus } from './sku.view.ts';
import { VIEWS } from './tokens.ts';

@Controller('api/skus')
export class SkusController {
  constructor(@Inject(VIEWS) private readonly db: Database) {}

  @Get()
  search(@Query() query: unknown): Promise<Page<SkuRow>> {
    const search = readParams(params.skus, query);
    return searchSkus(this.db, search.query, search.limit, search.after);
  }

  @Get(':sku/:location')
  read(@Param() path: unknown, @Query() query: unknown): Promise<Sku> {
    readParams(params.none, query);
    const { sku, location } = readParams(params.sku, path);
    return readSku(this.db, sku, location);
  }
}
