// `npm run codegen`: contracts and topology -> docs/asyncapi.json (AsyncAPI 3, Kafka bindings 0.5.0), validated by @asyncapi/parser. `--check`
// writes nothing and fails when the document is out of date or not valid.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { allContracts, appNames, DEFAULT_PARTITIONS, topology, type AnyContract } from '@tributary/contracts';
import { format } from 'prettier';

const file = join(new URL('..', import.meta.url).pathname, 'docs/asyncapi.json');
const BINDING = '0.5.0';
const text = (doc: string, more: object = {}) => ({ type: 'string', description: doc, ...more });
const ref = (path: string) => ({ $ref: `#/${path}` });

const headers = {
  type: 'object',
  required: ['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_time'],
  properties: {
    ce_specversion: text('CloudEvents version.', { const: '1.0' }),
    ce_id: text('With ce_source the identity of the event; a retry keeps it.', { maxLength: 256 }),
    ce_source: text('The system that speaks.', { maxLength: 256 }),
    ce_type: text('Name of the contract.', { enum: allContracts.map(({ name }) => name) }),
    ce_time: text('RFC 3339 time at which the event was made.', { format: 'date-time' }),
    ce_seq: text('Running number of the key, of events that the hub writes: lets consumers drop repeated records.', { pattern: '^\\d+$' }),
    traceparent: text('W3C trace context.'),
    'content-type': text('Of the value.', { const: 'application/vnd.confluent.avro' }),
  },
};

const channel = (contract: AnyContract) => ({
  address: contract.topic,
  description: (contract.latest.schema as { doc?: string }).doc,
  messages: { [contract.name]: ref(`components/messages/${contract.name}`) },
  bindings: {
    kafka: {
      topic: contract.topic,
      partitions: DEFAULT_PARTITIONS,
      topicConfiguration: { 'cleanup.policy': [contract.compacted === true ? 'compact' : 'delete'] },
      bindingVersion: BINDING,
    },
  },
});
const message = (contract: AnyContract) => ({
  name: contract.name,
  title: contract.fullName,
  summary: `${contract.shape === 'snapshot' ? 'The highest version of a document wins' : 'An immutable fact'}; version ${contract.latest.version} of the schema.`,
  contentType: 'application/vnd.confluent.avro',
  headers: ref('components/schemas/ce_headers'),
  payload: { schemaFormat: 'application/vnd.apache.avro+json;version=1.12.0', schema: contract.latest.schema },
  bindings: {
    kafka: {
      key: { type: 'string', description: 'What order is kept for.' },
      schemaIdLocation: 'payload',
      schemaIdPayloadEncoding: '4',
      schemaLookupStrategy: 'TopicNameStrategy',
      bindingVersion: BINDING,
    },
  },
});
const operations = appNames.flatMap((app) =>
  (['writes', 'reads'] as const).flatMap((side) =>
    topology[app][side].map((contract) => [
      `${app}-${side}-${contract.name}`,
      {
        action: side === 'writes' ? 'send' : 'receive',
        title: `${app} ${side} ${contract.name}`,
        channel: ref(`channels/${contract.topic}`),
        messages: [ref(`channels/${contract.topic}/messages/${contract.name}`)],
      },
    ]),
  ),
);

const document = {
  asyncapi: '3.0.0',
  info: {
    title: 'Tributary',
    version: '1.0.0',
    description:
      'The topics of the hub. Values are Avro in Confluent wire format; the gateway serves the schemas on the Confluent REST API.',
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
  defaultContentType: 'application/vnd.confluent.avro',
  servers: {
    kafka: {
      host: '{broker}',
      protocol: 'kafka',
      variables: { broker: { default: '127.0.0.1:9092', description: 'One of KAFKA_BROKERS.' } },
      bindings: { kafka: { schemaRegistryUrl: 'http://127.0.0.1:8080', schemaRegistryVendor: 'confluent', bindingVersion: BINDING } },
    },
  },
  channels: Object.fromEntries(allContracts.map((contract) => [contract.topic, channel(contract)])),
  operations: Object.fromEntries(operations) as unknown,
  components: {
    schemas: { ce_headers: headers },
    messages: Object.fromEntries(allContracts.map((contract) => [contract.name, message(contract)])),
  },
};

const json = await format(JSON.stringify(document), { parser: 'json', printWidth: 140 });
const { diagnostics } = await new Parser().parse(json);
// Severity 0 is an error, 1 a warning.
const faults = diagnostics.filter(({ severity }) => severity <= 1).map((found) => `${found.path.join('.')}: ${found.message}`);
if (process.argv.includes('--check') && (!existsSync(file) || readFileSync(file, 'utf8') !== json))
  faults.push('docs/asyncapi.json is out of date: run npm run codegen');
if (faults.length > 0) {
  process.stderr.write(faults.map((fault) => `asyncapi: ${fault}\n`).join(''));
  process.exit(1);
}
if (!process.argv.includes('--check')) writeFileSync(file, json);
process.stdout.write(`asyncapi: ${allContracts.length} channels, valid\n`);
