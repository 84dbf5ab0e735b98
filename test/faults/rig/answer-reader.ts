/** A piece of what a server sends: an answer with its kind, or bytes that end none. */
export interface Piece {
  readonly bytes: Buffer;
  /** `Produce`, `Fetch` … for Kafka, the command tag (`COMMIT`, `UPDATE 3`) for PostgreSQL. */
  readonly kind: string | undefined;
}

/** Cuts one connection's bytes into answers. */
export interface AnswerReader {
  /** Sees what the client asks. */
  asked(bytes: Buffer): void;
  answered(bytes: Buffer): Piece[];
}

/** Cuts a stream into frames. `lengthAt` is where the big-endian length stands, `more` what it does not count. */
class Frames {
  private rest: Buffer = Buffer.alloc(0);

  constructor(
    private readonly lengthAt: number,
    private readonly more: number,
  ) {}

  add(bytes: Buffer): Buffer[] {
    let rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    const frames: Buffer[] = [];
    while (rest.length >= this.lengthAt + 4) {
      const length = rest.readInt32BE(this.lengthAt) + this.more;
      if (rest.length < length) break;
      frames.push(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    this.rest = rest;
    return frames;
  }
}

const COMMAND_COMPLETE = 0x43;

/** PostgreSQL's messages: a byte of type, a length that counts itself. An answer is complete with its command tag. */
export function postgresAnswers(): AnswerReader {
  const frames = new Frames(1, 1);
  return {
    asked: () => undefined,
    answered: (bytes) =>
      frames.add(bytes).map((frame) => ({
        bytes: frame,
        kind: frame[0] === COMMAND_COMPLETE ? frame.subarray(5, frame.length - 1).toString() : undefined,
      })),
  };
}

const API_NAMES: Readonly<Record<number, string>> = {
  0: 'Produce',
  1: 'Fetch',
  2: 'ListOffsets',
  3: 'Metadata',
  8: 'OffsetCommit',
  9: 'OffsetFetch',
  10: 'FindCoordinator',
  11: 'JoinGroup',
  12: 'Heartbeat',
  13: 'LeaveGroup',
  14: 'SyncGroup',
};

/** Kafka's frames: a length, then what ties an answer to its request (the correlation id). */
export function kafkaAnswers(): AnswerReader {
  const requests = new Frames(0, 4);
  const answers = new Frames(0, 4);
  const kinds = new Map<number, string>();
  return {
    asked(bytes) {
      for (const frame of requests.add(bytes)) {
        const api = frame.readInt16BE(4);
        kinds.set(frame.readInt32BE(8), API_NAMES[api] ?? `Api${api}`);
      }
    },
    answered: (bytes) =>
      answers.add(bytes).map((frame) => {
        const correlation = frame.readInt32BE(4);
        const kind = kinds.get(correlation);
        kinds.delete(correlation);
        return { bytes: frame, kind };
      }),
  };
}
