import { describe, expect, it } from '@jest/globals';
import { parseMemory, parseSchedstat, parseStat } from './process-figures.ts';

describe('figures of a process from /proc', () => {
  it('reads a stat line whose command holds blanks and parentheses', () => {
    const line = '4711 (postgres: (x) y) S 42 4711 4711 0 -1 4194304 100 200 0 0 150 50 30 20 20 0 1 0 1234 5678 90 18446744073709551615';
    expect(parseStat(line)).toEqual({ parent: 42, own: 2, ended: 0.5 });
  });

  it('reads nanoseconds on a processor', () => {
    expect(parseSchedstat('123456789 41052 17\n')).toBe(123_456_789);
  });

  it('reads memory in MiB and refuses a status without it', () => {
    const status = 'Name:\tnode\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\n';
    expect([parseMemory(status, 'VmRSS'), parseMemory(status, 'VmHWM')]).toEqual([100, 200]);
    expect(() => parseMemory('Name:\tkthreadd\n', 'VmRSS')).toThrow(RangeError);
  });
});
