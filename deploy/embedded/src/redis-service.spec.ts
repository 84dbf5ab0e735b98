import { describe, expect, it } from '@jest/globals';
import { redisConfig } from './redis-service.ts';

describe('redisConfig', () => {
  const lines = redisConfig({ port: 16_379, folder: '/data of/"redis"', password: 'secret' }).split('\n');

  it('binds to 127.0.0.1, keeps every write, evicts nothing, asks for the password', () => {
    expect(lines).toEqual(
      expect.arrayContaining(['bind 127.0.0.1', 'port 16379', 'appendonly yes', 'maxmemory-policy noeviction', 'requirepass secret']),
    );
  });

  it('quotes the folder', () => {
    expect(lines).toContain('dir "/data of/\\"redis\\""');
  });
});
