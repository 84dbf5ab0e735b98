/** A request parameter that cannot be used: answered with 400. The value is never repeated: it may be personal. */
export class BadParameter extends Error {
  override readonly name = 'BadParameter';

  constructor(readonly faults: readonly { readonly field: string; readonly reason: string }[]) {
    super(faults.map(({ field, reason }) => `${field}: ${reason}`).join('; '));
  }
}

/** Nothing has the id that was asked for: answered with 404. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** A change that the record does not allow, with the reasons: answered with 422. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(readonly faults: readonly { readonly field: string; readonly reason: string }[]) {
    super(faults.map(({ field, reason }) => `${field}: ${reason}`).join('; '));
  }
}

/** This console may only read: answered with 403. */
export class ReadOnly extends Error {
  override readonly name = 'ReadOnly';
}
