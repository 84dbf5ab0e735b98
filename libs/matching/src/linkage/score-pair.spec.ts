import { describe, expect, it } from '@jest/globals';
import { createRandom } from '@tributary/numerics';
import { dirtyPeople } from '../../../../test/support/matching/dirty-people.ts';
import { matchRecords } from './match-records.ts';
import { proposeConfiguration } from './propose-configuration.ts';
import { createScorer } from './score-pair.ts';

const { people } = dirtyPeople({ originals: 80, duplicates: 120, maxPerOriginal: 5, maxErrors: 8, households: 0.2, seed: 11 });
const random = createRandom(12);
/** A tenth of the cells is lost and a tenth of the names stand in each other's column: missing and crossing are all over the pairs. */
const lost = (cell: string): string => (random.next() < 0.1 ? '' : cell);
const crossed = people.map((p) => (random.next() < 0.1 ? { ...p, givenName: p.surname, surname: p.givenName } : p));
const columns = {
  given_name: crossed.map((p) => lost(p.givenName)),
  surname: crossed.map((p) => lost(p.surname)),
  street_number: people.map((p) => lost(p.streetNumber)),
  address_1: people.map((p) => lost(p.address1)),
  address_2: people.map((p) => lost(p.address2)),
  suburb: people.map((p) => lost(p.suburb)),
  postcode: people.map((p) => lost(p.postcode)),
  state: people.map((p) => lost(p.state)),
  date_of_birth: people.map((p) => lost(p.birthDate)),
};
const proposal = proposeConfiguration(columns);
if ('refused' in proposal) throw new Error(proposal.detail);
const result = matchRecords({ columns }, proposal.configuration);
if ('refused' in result) throw new Error(result.detail);
const { fields, parameters, records } = result.model;

describe('a score that may stop early', () => {
  it.each([-40, -10, 0, 6.5])('is the weight of the whole comparison for every pair of at least %p bits, to the last bit', (floor) => {
    const scorer = createScorer(fields, parameters, records);
    let above = 0;
    for (let left = 0; left < records; left += 1) {
      for (let right = left + 1; right < records; right += 1) {
        const { bits, levels, fieldBits, priorBits, relatedBits } = scorer.explain(left, right);
        const score = scorer.score(left, right, floor);
        if (bits < floor) {
          if (score >= floor) throw new Error(`${left}, ${right}: ${score} instead of ${bits}, levels ${levels.join()}`);
          continue;
        }
        above += 1;
        if (score !== fieldBits.reduce((sum, own) => sum + own, priorBits) + relatedBits)
          throw new Error(`${left}, ${right}: ${score} instead of ${bits}, levels ${levels.join()}`);
      }
    }
    expect(above).toBeGreaterThan(90);
  });

  it('stops early for nearly every pair of strangers', () => {
    const scorer = createScorer(fields, parameters, records);
    let stopped = 0;
    for (let left = 0; left < records; left += 1)
      for (let right = left + 1; right < records; right += 1) if (scorer.score(left, right, -10) === -Infinity) stopped += 1;
    expect(stopped / result.totalPairs).toBeGreaterThan(0.95);
  });
});
