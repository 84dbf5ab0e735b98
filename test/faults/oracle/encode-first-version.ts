import { defineContract, type AnyContract, type Contract } from '@tributary/contracts';
import { contentOf, encodeFact, type Message } from './encode-fact.ts';
import type { Fact } from './fact.ts';

const first = new Map<string, Contract<unknown>>();

/** The first version of a contract, as the program that knew no other one had it. */
function firstVersionOf(contract: Contract<unknown> & AnyContract): Contract<unknown> {
  const known = first.get(contract.name);
  if (known !== undefined) return known;
  const made = defineContract<unknown>({ ...contract, versions: contract.versions.slice(0, 1) });
  first.set(contract.name, made);
  return made;
}

/** Writes a fact as {@link encodeFact} does, in the first version of its contract; spoilt ones as they are. */
export function encodeFirstVersion(fact: Fact): Message {
  const message = encodeFact(fact);
  if (fact.spoilt !== undefined) return message;
  const { contract, value } = contentOf(fact);
  return { ...message, value: firstVersionOf(contract).encode(value) };
}
