import { SHARDS } from './migrations.ts';

/** Shard of a key of one contract: FNV-1a over UTF-16 units, so that all events of a key are delivered by one worker at a time. */
export function shardOf(type: string, key: string): number {
  let hash = 0x811c9dc5;
  const text = `${type}\u001f${key}`;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % SHARDS;
}
