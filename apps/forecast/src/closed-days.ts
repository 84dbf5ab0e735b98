const WEEK = 7;
/** A weekday on which there were orders on this share of its dates is one on which the shop trades. */
const TRADING_SHARE = 0.8;
/** Fewer dates of a weekday say nothing about its habit. */
const FEWEST_DATES = 4;

/**
 * Days on which the shop was shut although it trades on that weekday: no order of anything came in. Weekdays without regular trade are not
 * marked (their zeros are true zeros of the week), and neither is any day of a shop too small to sell on most days.
 * @param trading days with an order of anything, days since 1970.
 */
export function closedDays(trading: ReadonlySet<number>, firstDay: number, lastDay: number): number[] {
  const dates = new Array<number>(WEEK).fill(0);
  const traded = new Array<number>(WEEK).fill(0);
  for (let day = firstDay; day <= lastDay; day++) {
    dates[day % WEEK] = (dates[day % WEEK] ?? 0) + 1;
    if (trading.has(day)) traded[day % WEEK] = (traded[day % WEEK] ?? 0) + 1;
  }
  const closed: number[] = [];
  for (let day = firstDay; day <= lastDay; day++) {
    const count = dates[day % WEEK] ?? 0;
    if (!trading.has(day) && count >= FEWEST_DATES && (traded[day % WEEK] ?? 0) >= TRADING_SHARE * count) closed.push(day);
  }
  return closed;
}
