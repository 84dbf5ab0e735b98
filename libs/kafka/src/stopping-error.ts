/** The transport gave up what waited: the next owner, or this one after the next assignment, does it. */
export class StoppingError extends Error {
  override name = 'StoppingError';

  constructor(options?: ErrorOptions) {
    super('left for the next owner', options);
  }
}
