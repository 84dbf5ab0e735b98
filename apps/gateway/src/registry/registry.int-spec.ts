import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { allContracts, contracts, type RecordNode } from '@tributary/contracts';
import { freshDatabase, type FreshDatabase } from '../../../../test/support/fresh-database.ts';
import { orderJson } from '../../../../test/support/order-json.ts';
import { startTestGateway, type TestGateway } from '../../../../test/support/start-test-gateway.ts';
import { migrations } from '../migrations.ts';

describe('the read-only registry', () => {
  let fresh: FreshDatabase;
  let gateway: TestGateway;
  let client: SchemaRegistry;
  beforeAll(async () => {
    fresh = await freshDatabase(migrations);
    gateway = await startTestGateway(fresh.url, {});
    client = new SchemaRegistry({ host: gateway.url });
  }, 30_000);
  afterAll(async () => {
    await gateway.close();
    await fresh.drop();
  });
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${gateway.url}${path}`, init);
    return [response.status, await response.json()] as [number, unknown];
  };
  const send = (path: string, schema: unknown, method = 'POST') =>
    ask(path, { method, body: JSON.stringify({ schema: JSON.stringify(schema) }) });
  const subject = 'commerce.order.v1-value';
  const options = { subject, compatibility: COMPATIBILITY.FULL_TRANSITIVE };

  it("lets Confluent's protocol client for kafkajs find, read and decode", async () => {
    const { id } = contracts.order.latest;
    expect(await client.getLatestSchemaId(subject)).toBe(id);
    expect(await client.getRegistryId(subject, 1)).toBe(contracts.order.versions[0]?.id);
    const schema = JSON.stringify(contracts.order.latest.schema);
    expect(await client.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema })).toBe(id);
    expect(await client.register({ type: SchemaType.AVRO, schema }, options)).toEqual({ id });
    const order = contracts.order.fromJson(orderJson('o-1', { promotionCodes: ['SPRING'] }));
    if (!order.ok) throw new Error('bad sample');
    const decoded = (await client.decode(contracts.order.encode(order.value))) as { orderId: string; promotionCodes: string[] };
    expect(decoded).toMatchObject({ orderId: 'o-1', promotionCodes: ['SPRING'] });
  });

  it('refuses a new schema from that client', async () => {
    const schema = JSON.stringify({ type: 'record', name: 'Order', namespace: 'tributary.commerce', fields: [] });
    await expect(client.register({ type: SchemaType.AVRO, schema }, options)).rejects.toThrow(/read-only/);
  });

  it('lists every contract, its versions and where an id is used', async () => {
    expect(await ask('/subjects')).toEqual([200, allContracts.map((contract) => contract.subject).sort()]);
    expect(await ask('/subjects?subjectPrefix=erp.')).toEqual([200, expect.not.arrayContaining([subject])]);
    expect(await ask(`/subjects/${subject}/versions`)).toEqual([200, [1, 2]]);
    expect(await ask(`/subjects/${subject}/versions/latest`)).toMatchObject([200, { subject, version: 2, id: contracts.order.latest.id }]);
    expect(await ask(`/schemas/ids/${contracts.order.latest.id}/versions`)).toEqual([200, [{ subject, version: 2 }]]);
    expect(await ask('/schemas/types')).toEqual([200, ['AVRO']]);
    expect(await ask('/config')).toEqual([200, { compatibilityLevel: 'FULL_TRANSITIVE' }]);
    expect(await ask(`/config/${subject}`)).toEqual([200, { compatibilityLevel: 'FULL_TRANSITIVE' }]);
  });

  it.each([
    ['/subjects/nothing/versions', 404, 40401],
    [`/subjects/${subject}/versions/9`, 404, 40402],
    [`/subjects/${subject}/versions/0`, 422, 42202],
    ['/schemas/ids/999', 404, 40403],
    ['/schemas/ids/x', 404, 40403],
  ])("answers %s in Confluent's form", async (path, status, code) => {
    expect(await ask(path)).toEqual([status, { error_code: code, message: expect.any(String) as unknown }]);
  });

  it('is read-only', async () => {
    expect(await ask('/config', { method: 'PUT', body: '{"compatibility":"NONE"}' })).toMatchObject([405, { error_code: 405 }]);
    expect(await ask(`/subjects/${subject}`, { method: 'DELETE' })).toMatchObject([405, { error_code: 405 }]);
    expect(await send(`/subjects/${subject}/versions`, 'string')).toMatchObject([403, { error_code: 403 }]);
  });

  it('looks a schema up and judges a candidate by field and version', async () => {
    const { schema } = contracts.order.latest;
    const fields = (schema as RecordNode).fields;
    const widened = {
      ...(schema as object),
      fields: fields.map((field) => (field.name === 'total' ? { ...field, type: 'double' } : field)),
    };
    const grown = {
      ...(schema as object),
      fields: [...fields, { name: 'giftNote', type: ['null', 'string'], default: null, doc: 'Text.' }],
    };
    expect(await send(`/subjects/${subject}`, schema)).toMatchObject([200, { version: 2 }]);
    expect(await send(`/subjects/${subject}`, grown)).toMatchObject([404, { error_code: 40403 }]);
    expect(await send(`/compatibility/subjects/${subject}/versions/latest`, grown)).toEqual([200, { is_compatible: true }]);
    const verdict = await send(`/compatibility/subjects/${subject}/versions?verbose=true`, widened);
    expect(verdict).toMatchObject([200, { is_compatible: false }]);
    expect((verdict[1] as { messages: string[] }).messages).toContain(
      'v3 cannot read v1: field total is decimal(24, 4) in bytes there and double here',
    );
  });
});
