/** Waits until a condition holds, asking again and again; fails with what was seen last when it does not within the limit. */
export async function eventually<T>(read: () => Promise<T> | T, holds: (value: T) => boolean, limitMs = 20_000): Promise<T> {
  const until = performance.now() + limitMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (performance.now() > until)
      throw new Error(
        `not so within ${limitMs} ms; last seen: ${JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item))}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
