import { contracts, formatMicros, type AnyContract, type Forecast, type Replenishment } from '@tributary/contracts';
import { contentHash, derivedId, type OutboxEvent } from '@tributary/persistence';
import type { Fitted } from './fit-series.ts';
import type { Bucket } from './period.ts';
import type { Plan } from './plan-replenishment.ts';
import type { SeriesInput } from './series-input.ts';
import type { SeriesKey } from './series-key.ts';

/** ce_source of what the app publishes. */
const FORECAST_SOURCE = 'forecast';

/** The circumstances of a forecast. */
export interface ForecastFrame {
  /** Reference time, microseconds UTC. */
  readonly asOf: number;
  readonly bucket: Bucket;
  readonly horizon: number;
}

/** A forecast to keep and publish. */
export interface ForecastRow {
  readonly eventId: string;
  readonly inputHash: bigint;
  readonly horizonSumRmse: number | null;
  readonly value: Omit<Forecast, 'seq'>;
}

/** A suggestion to keep and publish. */
export interface ReplenishmentRow {
  readonly eventId: string;
  readonly contentHash: bigint;
  readonly value: Omit<Replenishment, 'seq'>;
}

/** Hash of all that a forecast depends on: where it is the same, so is the forecast, and it is neither fitted nor published again. */
export function inputHash(input: SeriesInput, frame: Pick<ForecastFrame, 'bucket' | 'horizon'>): bigint {
  const { values, known, season, nextDay } = input;
  return contentHash(Buffer.from(JSON.stringify([values, known, season, nextDay, frame.bucket, frame.horizon])));
}

/** The forecast of a series, with an id derived from key, reference time and content: the same run gives the same id. */
export function forecastRow(key: SeriesKey, frame: ForecastFrame, input: SeriesInput, hash: bigint, fitted: Fitted): ForecastRow {
  const { sku, location } = key;
  const { model, demandClass, mean, quantiles, candidates, reason, horizonSumRmse } = fitted;
  return {
    eventId: idOf(key, frame.asOf, hash, contracts.forecast.name),
    inputHash: hash,
    horizonSumRmse,
    value: {
      sku,
      location,
      asOf: frame.asOf,
      bucket: frame.bucket === 'day' ? 'DAY' : 'WEEK',
      start: input.nextDay,
      horizon: frame.horizon,
      demandClass,
      model,
      mean,
      quantiles,
      candidates,
      historySteps: input.values.length,
      reason,
    },
  };
}

/** The suggestion of a series; its hash leaves the reference time out, so that the same suggestion is not published every day. */
export function replenishmentRow(key: SeriesKey, asOf: number, plan: (Plan & { kind: 'plan' })['plan']): ReplenishmentRow {
  const hash = contentHash(
    Buffer.from(JSON.stringify(plan, (_field, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))),
  );
  return {
    eventId: idOf(key, asOf, hash, contracts.replenishment.name),
    contentHash: hash,
    value: { sku: key.sku, location: key.location, asOf, ...plan },
  };
}

/** What is published: forecasts and suggestions, in the order given. */
export function forecastEvents(
  forecasts: readonly ForecastRow[],
  replenishments: readonly ReplenishmentRow[],
  traceparent: string | undefined,
): OutboxEvent[] {
  const event = (contract: AnyContract, row: ForecastRow | ReplenishmentRow): OutboxEvent => ({
    contract,
    id: row.eventId,
    source: FORECAST_SOURCE,
    key: contract.key(row.value as never, FORECAST_SOURCE),
    time: formatMicros(row.value.asOf),
    ...(traceparent === undefined ? {} : { traceparent }),
    value: (seq) => ({ ...row.value, seq }),
  });
  return [
    ...forecasts.map((row) => event(contracts.forecast as unknown as AnyContract, row)),
    ...replenishments.map((row) => event(contracts.replenishment as unknown as AnyContract, row)),
  ];
}

const idOf = ({ sku, location }: SeriesKey, asOf: number, hash: bigint, type: string): string =>
  derivedId(FORECAST_SOURCE, `${sku}\u001f${location}\u001f${asOf}\u001f${hash}`, type, 0);
