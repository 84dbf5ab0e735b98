/** This machine cannot carry the cell; the message says why. */
export class CannotRun extends Error {
  override name = 'CannotRun';
}
