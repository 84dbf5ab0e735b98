import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from '@jest/globals';
import { erpAddress, guardedLookup } from './erp-address.ts';

describe('erpAddress', () => {
  it.each([
    'http://127.0.0.1:8090',
    'http://[::1]:8090',
    'http://localhost:8090',
    'https://erp.example.com/hub',
    'http://10.1.2.3',
    'https://[2001:db8::1]',
  ])('takes %s', (url) => expect(erpAddress(url)).toBeInstanceOf(URL));
  it.each([
    '',
    'erp.example.com',
    'ftp://erp.example.com',
    'file:///etc/passwd',
    'https://user:secret@erp.example.com',
    'https://erp.example.com/?a=b',
    'https://erp.example.com/#x',
  ])('refuses %s', (url) => expect(() => erpAddress(url)).toThrow(expect.objectContaining({ code: 'bad-url' })));
  it.each([
    'http://169.254.169.254/latest',
    'http://0.0.0.0',
    'http://0',
    'http://[::]',
    'http://[fe80::1]',
    'http://224.0.0.1',
    'http://[::ffff:169.254.169.254]',
    'http://2852039166',
  ])('refuses %s, which cannot be an ERP', (url) =>
    expect(() => erpAddress(url)).toThrow(expect.objectContaining({ code: 'forbidden-address' })),
  );
});

describe('guardedLookup', () => {
  const look = (hostname: string, addresses: readonly string[], all = true): Promise<unknown> =>
    new Promise((resolve) => {
      const found = addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }));
      guardedLookup((_name, callback) => callback(null, found))(hostname, { all }, (error, address, family) =>
        resolve(error === null ? (all ? address : [address, family]) : (error as { code?: string }).code),
      );
    });

  it('connects to what it checked', async () => {
    expect(await look('erp.example.com', ['203.0.113.7', '2001:db8::7'])).toEqual([
      { address: '203.0.113.7', family: 4 },
      { address: '2001:db8::7', family: 6 },
    ]);
    expect(await look('erp.example.com', ['10.0.0.7'], false)).toEqual(['10.0.0.7', 4]);
  });

  it.each([
    '127.0.0.1',
    '127.8.8.8',
    '::1',
    '::ffff:127.0.0.1',
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '0.0.0.0',
    'fe80::1',
    '239.1.1.1',
  ])('refuses a name that leads to %s, also behind a good address', async (address) => {
    expect(await look('erp.example.com', [address])).toBe('forbidden-address');
    expect(await look('erp.example.com', ['203.0.113.7', address])).toBe('forbidden-address');
  });

  it('lets localhost be this machine, and nothing else', async () => {
    expect(await look('localhost', ['127.0.0.1'], false)).toEqual(['127.0.0.1', 4]);
    expect(await look('localhost', ['169.254.169.254'])).toBe('forbidden-address');
    expect(await look('localhost.example.com', ['127.0.0.1'])).toBe('forbidden-address');
  });

  it('fails closed: no address, or an error of the resolver', async () => {
    expect(await look('erp.example.com', [])).toBe('forbidden-address');
    const failed = new Promise((resolve) =>
      guardedLookup((_name, callback) => callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []))(
        'erp.example.com',
        { all: true },
        (error) => resolve((error as { code?: string }).code),
      ),
    );
    expect(await failed).toBe('ENOTFOUND');
  });
});
