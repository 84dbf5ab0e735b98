import { describe, expect, it } from '@jest/globals';
import type { AccountingAnswer, AppContext } from './app-context.ts';
import { HealthController } from './health-controller.ts';

const ask = async (accounting?: AppContext['accounting']): Promise<{ status: number; body: AccountingAnswer }> => {
  const controller = new HealthController({ ...(accounting && { accounting }) } as AppContext);
  let status = 0;
  const body = await controller.accounting({ status: (code) => (status = code), header: () => undefined });
  return { status, body };
};

describe('/accounting', () => {
  it('is 200 when everything adds up, 503 when not, 404 where nobody knows', async () => {
    const partitions = [{ group: 'profile', partition: 0, consumed: '4', balanced: true }];
    expect(await ask(() => Promise.resolve({ balanced: true, partitions }))).toEqual({ status: 200, body: { balanced: true, partitions } });
    expect(await ask(() => Promise.resolve({ balanced: false, partitions }))).toMatchObject({ status: 503 });
    await expect(ask()).rejects.toMatchObject({ status: 404 });
  });
});
