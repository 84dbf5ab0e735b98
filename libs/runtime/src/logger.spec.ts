import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.ts';

describe('createLogger', () => {
  it('writes one JSON object a line with a UTC time, without personal data', () => {
    const lines: string[] = [];
    const logger = createLogger({ logLevel: 'info' }, { write: (line: string) => lines.push(line) });
    logger.info({ email: 'ada@example.org', event: { customer: { name: 'Ada' }, id: '1\nfake' }, source: 'shop' }, 'stored');
    logger.debug('not written');
    expect(lines).toHaveLength(1);
    const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(line).toMatchObject({
      level: 'info',
      msg: 'stored',
      source: 'shop',
      email: '[redacted]',
      event: { customer: '[redacted]', id: '1\nfake' },
    });
    expect(line.time).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
    expect(lines[0]?.trimEnd()).not.toContain('\n');
  });
});
