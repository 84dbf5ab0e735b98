/** The transport gives up what waited: the next owner, or this one after the next assignment, does it. */
export class StoppingError extends Error {
  override name = 'StoppingError';
}
