import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { nodeFlags } from './hub.ts';

describe('nodeFlags', () => {
  it('are those with which the scripts of the workspace start the hub', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      scripts: Record<'demo' | 'dev', string>;
    };
    expect(nodeFlags()).toEqual(['--max-semi-space-size=64']);
    for (const script of [scripts.demo, scripts.dev]) expect(script).toContain(`node ${nodeFlags().join(' ')} cli/bin/tributary.js`);
  });
});
