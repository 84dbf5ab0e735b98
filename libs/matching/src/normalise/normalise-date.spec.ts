import { describe, expect, it } from '@jest/globals';
import { normaliseAddress } from './normalise-address.ts';
import { normaliseDate } from './normalise-date.ts';

describe('normaliseDate', () => {
  it.each([
    ['1980-02-01', '1980-02-01'],
    ['19800201', '1980-02-01'],
    ['1980/2/1', '1980-02-01'],
    ['1980年2月1日', '1980-02-01'],
    ['1.2.1980', '1980-02-01'],
    ['25/12/1980', '1980-12-25'],
    ['12/25/1980', '1980-12-25'],
    ['1980-02-01T00:00:00Z', '1980-02-01'],
  ])('%s is %s', (raw, value) => {
    expect(normaliseDate(raw)).toEqual({ value });
  });

  it('reads 1/2/1980 by the order it is told', () => {
    expect(normaliseDate('1/2/1980', 'month-first')).toEqual({ value: '1980-01-02' });
  });

  it.each(['1980-02-30', '1.2.80', 'yesterday', '1980-13-01', '19800231', '1900-02-29'])('refuses %s', (raw) => {
    expect(normaliseDate(raw)).toEqual({ refused: 'not-a-date' });
  });
});

describe('normaliseAddress', () => {
  it.each([
    ['12 Stanley Street', '12 stanley st'],
    ['12, STANLEY ST.', '12 stanley st'],
    ['Hauptstraße 5', 'haupt str 5'],
    ['北京市朝阳区建国路88号', 'bei jing shi chao yang qu jian guo lu 88 hao'],
  ])('%s is %s', (raw, value) => {
    expect(normaliseAddress(raw)).toEqual({ value });
  });

  it('refuses punctuation', () => {
    expect(normaliseAddress('--')).toEqual({ refused: 'not-an-address' });
  });
});
