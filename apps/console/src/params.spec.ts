import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { BadParameter } from './api-fault.ts';
import { params, readParams } from './params.ts';

const faults = (schema: z.ZodType, given: unknown): readonly { field: string; reason: string }[] => {
  try {
    readParams(schema, given);
  } catch (error) {
    if (error instanceof BadParameter) return error.faults;
    throw error;
  }
  return [];
};

describe('readParams', () => {
  it('has defaults', () => expect(readParams(params.customers, undefined)).toEqual({ query: '', sort: 'recent', limit: 50 }));
  it('reads what is given', () =>
    expect(readParams(params.customers, { query: ' Maria ', sort: 'net', limit: '200' })).toEqual({
      query: 'Maria',
      sort: 'net',
      limit: 200,
    }));

  it.each([
    [{ query: ['a', 'b'] }, 'query'],
    [{ limit: ['1', '2'] }, 'limit'],
    [{ limit: '0' }, 'limit'],
    [{ limit: '201' }, 'limit'],
    [{ limit: '1e1' }, 'limit'],
    [{ limit: '-1' }, 'limit'],
    [{ sort: 'net; DROP TABLE' }, 'sort'],
    [{ sort: ['net', 'name'] }, 'sort'],
    [{ query: 'a\0b' }, 'query'],
    [{ query: '\ud800' }, 'query'],
    [{ query: 'x'.repeat(201) }, 'query'],
    [{ 'query[]': 'a' }, 'query[]'],
    [{ constructor: 'x' }, 'constructor'],
  ])('refuses %j', (given, field) => expect(faults(params.customers, given).map((fault) => fault.field)).toEqual([field]));

  it('names every fault at once', () => expect(faults(params.customers, { limit: 'x', sort: 'y', z: '1' })).toHaveLength(3));
  it('never repeats a value', () =>
    expect(JSON.stringify(faults(params.customers, { sort: 'maria@shop.example' }))).not.toContain('maria'));
  it.each(['1', 'x', '00000000-0000-0000-0000-00000000000g', "' OR 1=1 --"])('refuses the profile id %s', (id) =>
    expect(faults(params.customer, { id })).toHaveLength(1),
  );
  it.each(['0', '-1', '1.5', '9'.repeat(19)])('refuses the row id %s', (id) => expect(faults(params.quarantined, { id })).toHaveLength(1));
});
