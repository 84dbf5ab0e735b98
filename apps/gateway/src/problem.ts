import type { Fault } from '@tributary/contracts';

/** A fault of one event of a request. */
export interface EventFault extends Fault {
  readonly index: number;
}

/** Why a request as a whole is refused; answered as problem details (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: number,
    readonly detail: string,
    readonly faults: readonly EventFault[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request cannot be read',
  401: 'The sender is not known',
  404: 'There is nothing here',
  405: 'This is read-only',
  409: 'The event contradicts an earlier one',
  413: 'The request is too large',
  415: 'The content type is not supported',
  422: 'Events were refused',
  500: 'The gateway failed',
  503: 'The gateway cannot store now',
};

/** Body of an `application/problem+json` answer. @param instance id of the request, to be found in the log. */
export const problemBody = ({ status, detail, faults }: Pick<Problem, 'status' | 'detail' | 'faults'>, instance: string): unknown => ({
  type: 'about:blank',
  title: TITLES[status] ?? 'The request failed',
  status,
  detail,
  instance,
  ...(faults.length === 0 ? {} : { faults }),
});
