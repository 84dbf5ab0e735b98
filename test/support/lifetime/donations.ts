/** The donations data printed in Fader, Hardie & Shang (2010), table 1: 11,104 donors of 1995 and the six years after, by pattern. */
export const donations = {
  frequency: [6, 5, 4, 3, 2, 1, 5, 4, 3, 2, 1, 4, 3, 2, 1, 3, 2, 1, 2, 1, 1, 0],
  recency: [6, 6, 6, 6, 6, 6, 5, 5, 5, 5, 5, 4, 4, 4, 4, 3, 3, 3, 2, 2, 1, 0],
  opportunities: new Array<number>(22).fill(6),
  count: [1203, 728, 512, 357, 234, 129, 335, 284, 225, 173, 119, 240, 181, 155, 78, 322, 255, 129, 613, 277, 1091, 3464],
};
