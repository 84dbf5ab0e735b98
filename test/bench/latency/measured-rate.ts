import { hub } from '../contestants/hub.ts';
import { takeTurn } from '../measure/take-turn.ts';
import { fillTopic, withTurn } from '../measure/turn.ts';
import type { Stack } from '../stack/stack.ts';

const LIMIT_SECONDS = 600;

/** Events a second at which one hub process works off a topic of `events` events: what it sustains when nobody says otherwise. */
export async function measuredRate(stack: Stack, events: number): Promise<number> {
  const topic = await fillTopic(stack, events, 'uniform', 1_000);
  const result = await withTurn(stack, topic, hub(1), (turn) => takeTurn(hub(1), turn, events, LIMIT_SECONDS));
  if (!result.verified)
    throw new Error(`the rate could not be verified: ${JSON.stringify({ ...result.verdict, complaints: result.complaints })}`);
  process.stderr.write(`bench: measured ${result.perSecond.toFixed(0)} events/s over ${result.seconds.toFixed(1)} s\n`);
  return result.perSecond;
}
