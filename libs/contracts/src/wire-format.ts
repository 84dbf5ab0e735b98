/** First byte of a Confluent-framed message. */
const MAGIC = 0;
/** Bytes before the Avro body: magic byte and 4-byte big-endian schema id. */
export const FRAME_LENGTH = 5;

/** Schema id of a Confluent-framed message, or `undefined` when there is no frame (Confluent wire format, version 0). */
export function frameSchemaId(bytes: Buffer): number | undefined {
  return bytes.length >= FRAME_LENGTH && bytes[0] === MAGIC ? bytes.readInt32BE(1) : undefined;
}

/** Writes the five frame bytes at the start of `target`. */
export function writeFrame(target: Buffer, schemaId: number): void {
  target[0] = MAGIC;
  target.writeInt32BE(schemaId, 1);
}
