/** The same database, in sessions that can only read: whatever role the URL names, the console cannot change anything by mistake. */
export function readOnlyUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const given = url.searchParams.get('options');
  url.searchParams.set('options', [given, '-c default_transaction_read_only=on'].filter((option) => option !== null).join(' '));
  return url.href;
}
