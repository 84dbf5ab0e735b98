import type { Contestant } from '../contestants/contestant.ts';
import { hub } from '../contestants/hub.ts';
import { takeTurn } from '../measure/take-turn.ts';
import { fillTopic, withTurn } from '../measure/turn.ts';
import type { Stack } from '../stack/stack.ts';

const LIMIT_SECONDS = 600;

/** Events a second at which one contestant works off a topic of `events` events: a guess for longer runs when nobody gives a figure. */
export async function measuredRate(stack: Stack, events: number, contestant: Contestant = hub(1)): Promise<number> {
  const topic = await fillTopic(stack, events, 'uniform', 1_000);
  const result = await withTurn(stack, topic, contestant, (turn) => takeTurn(contestant, turn, events, LIMIT_SECONDS));
  if (!result.verified)
    throw new Error(`the rate could not be verified: ${JSON.stringify({ ...result.verdict, complaints: result.complaints })}`);
  process.stderr.write(`bench: ${contestant.name} measured ${result.perSecond.toFixed(0)} events/s over ${result.seconds.toFixed(1)} s\n`);
  return result.perSecond;
}
