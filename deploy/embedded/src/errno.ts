/** The operating system's code of an error (`ENOENT`, `EACCES` …), or undefined when it carries none. */
export function errnoOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
