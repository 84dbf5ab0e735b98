/** A refusal in the form of Confluent's Schema Registry API: `{"error_code", "message"}`. */
export class RegistryRefusal extends Error {
  override readonly name = 'RegistryRefusal';

  constructor(
    readonly status: number,
    readonly errorCode: number,
    message: string,
  ) {
    super(message);
  }
}
