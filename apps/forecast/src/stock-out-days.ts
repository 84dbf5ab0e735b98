/** Stock told at the end of a day. */
export interface DayLevel {
  readonly day: number;
  readonly onHand: number;
}

/**
 * Days on which nothing could be sold for want of stock: the level was zero or less when the day began and when it ended, and nothing was
 * sold. A sale on a day without a level shows that there was stock after all, so it ends a stock-out until the next level (ERPs that book late
 * tell zero for days on which the shelf was full).
 * @param levels the last level told of each day, ascending.
 */
export function stockOutDays(levels: readonly DayLevel[], sold: ReadonlySet<number>, lastDay: number): number[] {
  const days: number[] = [];
  const [first] = levels;
  if (first === undefined) return days;
  let next = 0;
  let out = false;
  for (let day = first.day; day <= lastDay; day++) {
    const began = out;
    const told = levels[next]?.day === day;
    while (levels[next]?.day === day) out = (levels[next++]?.onHand ?? 0) <= 0;
    if (sold.has(day) && !told) out = false;
    if (began && out && !sold.has(day)) days.push(day);
  }
  return days;
}
