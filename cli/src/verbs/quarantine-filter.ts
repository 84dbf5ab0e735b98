import { reasons, type Reason } from '@tributary/contracts';
import type { QuarantineFilter } from '@tributary/persistence';
import { InvalidArgumentError, Option, type Command } from 'commander';

/** Options that choose quarantined records. */
export interface FilterOptions {
  readonly reason?: Reason;
  readonly contract?: string;
  readonly group?: string;
  readonly source?: string;
  readonly key?: string;
  readonly from?: Date;
  readonly to?: Date;
}

/** A moment: RFC 3339, or a day. */
export function moment(text: string): Date {
  const time = /^\d{4}-\d{2}-\d{2}(T\S+)?$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('must be RFC 3339, as 2026-03-01 or 2026-03-01T09:30:00Z');
  return new Date(time);
}

/** Number of a row. */
export function rowNumber(text: string): string {
  if (!/^[1-9]\d{0,17}$/.test(text)) throw new InvalidArgumentError('must be the number of a row');
  return text;
}

/** Adds the options that choose quarantined records. */
export const withFilter = (command: Command): Command =>
  command
    .addOption(new Option('--reason <name>', 'only this reason').choices(reasons))
    .option('--contract <name>', 'only this contract, as commerce.payment')
    .option('--group <name>', 'only this consumer group; gateway: requests refused over HTTP')
    .option('--source <name>', 'only this source')
    .option('--key <text>', 'only this Kafka key')
    .option('--from <time>', 'first seen at or after', moment)
    .option('--to <time>', 'first seen before', moment);

/** The filter that the options make. */
export function filterOf(options: FilterOptions, ids: readonly string[] = []): QuarantineFilter {
  const { reason, contract, group, source, key, from, to } = options;
  return {
    ...(ids.length === 0 ? {} : { ids }),
    ...(reason === undefined ? {} : { reason }),
    ...(contract === undefined ? {} : { contract }),
    ...(group === undefined ? {} : { group }),
    ...(source === undefined ? {} : { source }),
    ...(key === undefined ? {} : { key }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}
