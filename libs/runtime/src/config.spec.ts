import { describe, expect, it } from '@jest/globals';
import { configSchema } from './config-schema.ts';
import { ConfigFault, loadConfig } from './config.ts';

const required = {
  KAFKA_BROKERS: '127.0.0.1:9092, [::1]:9093',
  DATABASE_URL: 'postgresql://hub@127.0.0.1:5432/hub',
  REDIS_URL: 'redis://127.0.0.1:6379',
  TRIBUTARY_IDENTITY_KEY: 'ab'.repeat(32),
};

const problemsOf = (env: Record<string, string | undefined>, readText?: (path: string) => string) => {
  try {
    loadConfig(env, readText);
  } catch (error) {
    if (error instanceof ConfigFault) return error.problems.map(({ name, why }) => `${name} ${why}`);
    throw error;
  }
  return [];
};

describe('loadConfig', () => {
  it('takes defaults for everything that has one', () => {
    expect(loadConfig(required)).toMatchObject({
      brokers: ['127.0.0.1:9092', '[::1]:9093'],
      host: '127.0.0.1',
      gatewayPort: 8080,
      consolePort: 8081,
      apps: ['gateway', 'profile', 'insight', 'forecast', 'erp-bridge', 'console'],
      currency: 'EUR',
      asOf: 'clock',
      refitEvery: 86_400,
      erpUrl: undefined,
      sources: [],
      parkingShare: 0.05,
      bodyLimit: 1_048_576,
      batchLimit: 8_388_608,
    });
  });

  it('has a value or undefined under every key of its schema', () => {
    expect(Object.keys(loadConfig(required)).sort()).toEqual(Object.keys(configSchema).sort());
  });

  it('lists every fault at once, also names it does not know', () => {
    expect(
      problemsOf({
        ...required,
        DATABASE_URL: 'mysql://x',
        TRIBUTARY_IDENTITY_KEY: 'abcd',
        TRIBUTARY_APPS: 'gateway,consol',
        TRIBUTARY_CURRENCY: 'eur',
        TRIBUTARY_GATEWAY_PORT: '80800',
        TRIBUTARY_ERP_SECRET: 'whsec_short',
        TRIBUTARY_BODY_LIMIT: '1GB',
        TRIBUTARY_SOURCE: 'shop',
        REDIS_URL: '',
      }),
    ).toEqual([
      'DATABASE_URL is no such URL',
      'REDIS_URL is missing',
      'TRIBUTARY_GATEWAY_PORT is outside 0..65535',
      'TRIBUTARY_APPS has "consol"',
      'TRIBUTARY_CURRENCY is no ISO 4217 code',
      'TRIBUTARY_ERP_SECRET is no whsec_ secret of 24 to 64 bytes',
      'TRIBUTARY_IDENTITY_KEY is shorter than 32 bytes',
      'TRIBUTARY_BODY_LIMIT is no size from 1024 to 16777216 bytes',
      'TRIBUTARY_SOURCE is no setting of this version',
    ]);
  });

  it('never repeats a secret in a fault', () => {
    const secret = 'hunter2-hunter2';
    const env = { ...required, TRIBUTARY_IDENTITY_KEY: secret, TRIBUTARY_ERP_SECRET: secret, TRIBUTARY_SOURCES: `a:${secret},a:${secret}` };
    const faults = problemsOf(env);
    expect(faults).toHaveLength(3);
    expect(faults.join()).not.toContain(secret);
  });

  it('reads secrets from files', () => {
    const files: Record<string, string> = { '/run/key': `${'cd'.repeat(32)}\n` };
    const env = { ...required, TRIBUTARY_IDENTITY_KEY: undefined, TRIBUTARY_IDENTITY_KEY_FILE: '/run/key' };
    expect(loadConfig(env, (path) => files[path] ?? '').identityKey).toEqual(Buffer.alloc(32, 0xcd));
  });

  it('refuses a secret given twice, a file it cannot read, and a file for what is no secret', () => {
    const noFile = (): string => {
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    };
    expect(problemsOf({ ...required, TRIBUTARY_IDENTITY_KEY_FILE: '/run/key' }, noFile)).toEqual([
      'TRIBUTARY_IDENTITY_KEY is given twice: as TRIBUTARY_IDENTITY_KEY and as TRIBUTARY_IDENTITY_KEY_FILE',
      'TRIBUTARY_IDENTITY_KEY cannot be read from the file that TRIBUTARY_IDENTITY_KEY_FILE names: ENOENT',
    ]);
    expect(problemsOf({ ...required, TRIBUTARY_HOST_FILE: '/run/host' }, () => 'x')).toEqual([
      'TRIBUTARY_HOST_FILE is no setting of this version',
    ]);
  });

  it.each([
    ['shop-eu, pos', [{ name: 'shop-eu' }, { name: 'pos' }]],
    ['shop=shopify:a:b=c', [{ name: 'shop', connector: 'shopify', secret: 'a:b=c' }]],
    ['shop:a=b', [{ name: 'shop', secret: 'a=b' }]],
    ['[{"name":"erp","secret":"s,:="}]', [{ name: 'erp', secret: 's,:=' }]],
  ])('reads the sources %s', (text, expected) => {
    const sources = expected.map((source) => ({ connector: 'canonical', secret: undefined, ...source }));
    expect(loadConfig({ ...required, TRIBUTARY_SOURCES: text }).sources).toEqual(sources);
  });

  it.each(['a,a', 'a b', '[{"name":"a","x":1}]', '[{', ',', '[{"name":"a","connector":"../x"}]'])('refuses the sources %s', (text) => {
    expect(problemsOf({ ...required, TRIBUTARY_SOURCES: text })).toHaveLength(1);
  });
});
