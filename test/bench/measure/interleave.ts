/** Order of the contestants in a round: each round begins with the next one, so that nobody always follows the same neighbour's warm machine first. */
export function interleave<T>(contestants: readonly T[], round: number): T[] {
  const first = contestants.length === 0 ? 0 : round % contestants.length;
  return [...contestants.slice(first), ...contestants.slice(0, first)];
}
