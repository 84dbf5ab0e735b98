/** Exit codes of every verb; documented in docs/cli.md. */
export const exitCode = { ok: 0, failed: 1, usage: 2, notFound: 3, environment: 4, interrupted: 130 } as const;
