import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';

/** F11: the COMMIT arrives, its answer does not. */
export const consumerAnswers: readonly Cell[] = [
  {
    id: 'F11',
    component: 'consumer',
    fault: 'the answer to COMMIT is lost (KP5)',
    how: 'a proxy breaks the connection in the place of the second, fifth and sixth answer to COMMIT',
    fast: true,
    recovery: 15,
    async run(rig) {
      await rig.up();
      let commits = 0;
      rig.lines().postgres.onAnswer((kind) => {
        if (kind !== 'COMMIT') return 'pass';
        commits += 1;
        if (![2, 5, 6].includes(commits)) return 'pass';
        rig.history.note('answer to COMMIT cut', { commits });
        return 'cut';
      });
      await rig.sendIn(16, makeFacts({ seed: rig.id, people: 30, each: 14 }), 150);
      await rig.until(() => commits >= 6, 'three answers to COMMIT were cut');
      rig.faultOver();
    },
  },
];
