/** Why the bridge refuses or a pull failed. */
export type BridgeFaultCode = 'bad-url' | 'forbidden-address' | 'no-secret' | 'pull-status' | 'pull-size' | 'pull-format' | 'pull-moved';

/** A misconfigured bridge, or an ERP that does not keep to the pull interface. */
export class BridgeFault extends Error {
  override readonly name = 'BridgeFault';

  constructor(
    readonly code: BridgeFaultCode,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }
}
