/** A sku at a location: what demand is counted, forecast and replenished by. */
export interface SeriesKey {
  readonly sku: string;
  readonly location: string;
}

/** Location of order lines that name none; stock that is to be matched with them is told under the same name. */
export const DEFAULT_LOCATION = 'default';

/** Key for maps in memory. No text of a contract holds the unit separator (U+001F). */
export const seriesId = ({ sku, location }: SeriesKey): string => `${sku}\u001f${location}`;

/** Order in which series are locked, everywhere. */
export const bySeries = (left: SeriesKey, right: SeriesKey): number => {
  if (left.sku !== right.sku) return left.sku < right.sku ? -1 : 1;
  if (left.location === right.location) return 0;
  return left.location < right.location ? -1 : 1;
};
