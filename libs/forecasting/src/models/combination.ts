import type { FittedModel } from './fitted-model.ts';

/**
 * Several models combined step by step: halfway between their mean and their median. The median (Petropoulos and Svetunkov 2020, "A simple combination of
 * univariate models", IJF 36, fourth in the M4 competition) shrugs off one wild member; the mean uses all of them.
 */
export function combineModels(members: readonly FittedModel[], name = 'combination'): FittedModel {
  const firstOrigin = Math.max(...members.map((member) => member.firstOrigin));
  const rows = members.map(() => new Float64Array(0));
  const middle = new Float64Array(members.length);
  return {
    name,
    parameters: { members: members.length },
    firstOrigin,
    freedom: members.reduce((sum, member) => sum + member.freedom, 0) / members.length,
    forecastFrom: (origin, out) => {
      for (let i = 0; i < members.length; i++) {
        if ((rows[i] as Float64Array).length !== out.length) rows[i] = new Float64Array(out.length);
        (members[i] as FittedModel).forecastFrom(origin, rows[i] as Float64Array);
      }
      for (let h = 0; h < out.length; h++) {
        let mean = 0;
        for (let i = 0; i < members.length; i++) {
          middle[i] = (rows[i] as Float64Array)[h] as number;
          mean += (middle[i] as number) / members.length;
        }
        out[h] = (mean + median(middle)) / 2;
      }
    },
  };
}

/** Median by insertion sort of a short array, which is overwritten. */
function median(x: Float64Array): number {
  const n = x.length;
  for (let i = 1; i < n; i++) {
    const value = x[i] as number;
    let j = i - 1;
    while (j >= 0 && (x[j] as number) > value) {
      x[j + 1] = x[j] as number;
      j--;
    }
    x[j + 1] = value;
  }
  return n % 2 === 1 ? (x[n >> 1] as number) : ((x[n / 2 - 1] as number) + (x[n / 2] as number)) / 2;
}
