/** One event as a JSON object. */
export const STRUCTURED = 'application/cloudevents+json';
/** Several events as a JSON array. */
export const BATCH = 'application/cloudevents-batch+json';
/** Data in binary mode. */
export const JSON_TYPE = 'application/json';
/** Confluent-framed Avro, as it stands in the topics. */
export const AVRO = 'application/vnd.confluent.avro';
