import { WrongOption } from '../bench-options.ts';
import type { Contestant } from './contestant.ts';
import { chain, hub } from './hub.ts';
import { debezium } from '../rivals/debezium.ts';
import { streams } from '../rivals/streams.ts';
import { plainContestants } from './plain-contestants.ts';

/** Those that take part: all, or the named ones; the hub once for each number of processes. Throws `WrongOption`. */
export function chosenContestants(names: readonly string[] | undefined, processes: readonly number[]): Contestant[] {
  const hubs = processes.map(hub);
  const all = [...plainContestants, ...hubs, chain, debezium, streams()];
  if (names === undefined) return all;
  return names.flatMap((name) => {
    if (name === 'hub') return hubs;
    const found = all.find((contestant) => contestant.name === name);
    if (found === undefined) throw new WrongOption(`there is no contestant ${name}; there is ${all.map((one) => one.name).join(', ')}`);
    return [found];
  });
}
