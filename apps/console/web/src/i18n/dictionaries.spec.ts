import { reasons } from '@tributary/contracts';
import { describe, expect, it } from '@jest/globals';
import { apiErrorCodes, customerSorts, quarantineStatuses } from '../../../src/api.ts';
import { repairFates } from '../../../src/repair-api.ts';
import { en, type TextKey } from './en.ts';
import { zhCn } from './zh-cn.ts';

const slots = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/gu)].map((match) => match[1] ?? '').sort();
const keys = Object.keys(en) as TextKey[];

describe('dictionaries', () => {
  it('have the same keys', () => expect(Object.keys(zhCn).sort()).toEqual([...keys].sort()));
  it('fill in the same values', () => {
    for (const key of keys) expect([key, slots(zhCn[key])]).toEqual([key, slots(en[key])]);
  });
  it('have no empty text', () => {
    for (const key of keys) expect([key, en[key].trim() !== '' && zhCn[key].trim() !== '']).toEqual([key, true]);
  });
  it('are translated', () => {
    const same = keys.filter((key) => en[key] === zhCn[key]);
    expect(same).toEqual(['app.name', 'column.sku']);
  });
  it('have a sentence for every closed list', () => {
    const needed = [
      ...reasons.map((reason) => `reason.${reason}`),
      ...apiErrorCodes.map((code) => `error.${code}`),
      ...customerSorts.map((sort) => `customers.sort.${sort}`),
      ...repairFates.map((fate) => `repair.fate.${fate}`),
      ...quarantineStatuses.map((status) => `quarantine.status.${status}`),
    ];
    expect(needed.filter((key) => !(key in en))).toEqual([]);
  });
});
