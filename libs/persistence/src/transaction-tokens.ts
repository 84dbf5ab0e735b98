import { randomBytes } from 'node:crypto';

/** Bits of a token that count; those above are random. */
const COUNTED = (1n << 23n) - 1n;

/**
 * Tokens that no transaction of any process has had, for rows that are to be recognised later: 40 random bits and a counter, drawn anew
 * before it overflows. Never 0, which stands for "nobody's", and positive, as a `bigint` column takes it.
 */
export class TransactionTokens {
  private last = firstToken();

  next(): bigint {
    this.last = (this.last & COUNTED) === COUNTED ? firstToken() : this.last + 1n;
    return this.last;
  }
}

const firstToken = (): bigint => BigInt(`0x${randomBytes(5).toString('hex')}`) << 23n;
