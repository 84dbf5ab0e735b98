import { describe, expect, it } from '@jest/globals';
import { readOptions, WrongOption } from './bench-options.ts';

describe('options of a bench', () => {
  it('are at least five rounds unless said otherwise', () => {
    expect(readOptions([])).toMatchObject({ rounds: 5, keys: ['uniform'], processes: [1], json: undefined, sustained: undefined });
  });

  it('read lists and numbers', () => {
    const args = ['--rounds', '2', '--keys', 'uniform,zipf', '--processes', '1,4', '--contestants', 'hub,bare', '--minutes', '0.5'];
    expect(readOptions(args)).toMatchObject({
      rounds: 2,
      keys: ['uniform', 'zipf'],
      processes: [1, 4],
      contestants: ['hub', 'bare'],
      minutes: 0.5,
    });
  });

  it.each([
    [['--rounds', '0']],
    [['--rounds', '1.5']],
    [['--events', 'many']],
    [['--keys', 'normal']],
    [['--processes', '1,x']],
    [['--batch', '']],
    [['--unknown', '1']],
    [['stray']],
  ])('refuse %j', (args) => {
    expect(() => readOptions(args)).toThrow(WrongOption);
  });
});
