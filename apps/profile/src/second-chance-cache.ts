interface Entry<Value> {
  readonly value: Value;
  used: boolean;
}

/**
 * Values used lately, at most so many. What has to leave is the oldest that was not used since it was last looked at (second chance; F. J.
 * Corbató, "A paging experiment with the Multics system", 1968): a hit writes one flag, where a list of the least recently used moves.
 */
export class SecondChanceCache<Key, Value> {
  private readonly entries = new Map<Key, Entry<Value>>();

  constructor(private readonly limit: number) {}

  get(key: Key): Value | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    entry.used = true;
    return entry.value;
  }

  set(key: Key, value: Value): void {
    if (this.entries.size >= this.limit && !this.entries.has(key)) this.evict();
    this.entries.set(key, { value, used: false });
  }

  delete(key: Key): void {
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }

  private evict(): void {
    for (const [key, entry] of this.entries) {
      this.entries.delete(key);
      if (!entry.used) return;
      entry.used = false;
      this.entries.set(key, entry);
    }
  }
}
