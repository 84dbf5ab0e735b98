import type { ApiError, ApiErrorCode } from '../../src/api.ts';

/** A request that was not answered with what it asked for. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';

  constructor(
    readonly code: ApiErrorCode | 'network',
    readonly id: string | null,
    /** What is wrong with what was sent. */
    readonly faults: NonNullable<ApiError['error']['faults']> = [],
  ) {
    super(code);
  }
}

const isApiError = (body: unknown): body is ApiError =>
  typeof body === 'object' &&
  body !== null &&
  'error' in body &&
  typeof body.error === 'object' &&
  body.error !== null &&
  'code' in body.error;

/** Asks the console's API. Throws {@link ApiFailure}; an abort throws the browser's `AbortError`. */
export async function fetchJson<T>(
  path: string,
  options: { readonly method?: 'POST'; readonly body?: unknown; readonly signal?: AbortSignal } = {},
): Promise<T> {
  const hasBody = options.body !== undefined;
  const answer = await fetch(path, {
    method: options.method ?? 'GET',
    headers: { accept: 'application/json', ...(hasBody ? { 'content-type': 'application/json' } : {}) },
    body: hasBody ? JSON.stringify(options.body) : null,
    signal: options.signal ?? null,
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiFailure('network', null);
  });
  const body = await answer.json().catch(() => undefined as unknown);
  if (answer.ok && body !== undefined) return body as T;
  if (isApiError(body)) throw new ApiFailure(body.error.code, body.error.id, body.error.faults);
  throw new ApiFailure(answer.ok ? 'internal' : 'network', null);
}
