import { describe, expect, it } from '@jest/globals';
import { ContentionError, failureKind, FencedError } from './failure.ts';

const sql = (code: string, more: object = {}): Error => Object.assign(new Error('sql'), { code, ...more });

describe('failureKind', () => {
  it.each(['40001', '40P01', '55P03', '23505'])('SQLSTATE %s is contention', (code) => expect(failureKind(sql(code))).toBe('contention'));
  it.each(['22P02', '22021', '22003', '23502', '23514', '21000', '54000', 'P0001'])('SQLSTATE %s is the fault of a record', (code) =>
    expect(failureKind(sql(code))).toBe('data'),
  );
  it.each([
    ['08006', 'connection failure'],
    ['25006', 'read-only after a failover'],
    ['28P01', 'password changed'],
    ['3D000', 'database gone'],
    ['42P01', 'table missing: a migration did not run'],
    ['42501', 'rights taken away'],
    ['53100', 'disk full'],
    ['53300', 'too many connections'],
    ['57P01', 'terminated by the administrator'],
    ['57014', 'statement timeout'],
    ['58030', 'I/O error'],
    ['XX000', 'internal error'],
  ])('SQLSTATE %s (%s) is infrastructure: no record is to blame', (code) => expect(failureKind(sql(code))).toBe('infrastructure'));
  it('a row that no partition takes is infrastructure, although it comes as a check violation', () => {
    expect(failureKind(sql('23514', { routine: 'ExecFindPartition' }))).toBe('infrastructure');
  });
  it.each([
    'ECONNRESET',
    'ECONNREFUSED',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ERR_SOCKET_CLOSED',
    'ERR_STREAM_DESTROYED',
  ])('socket error %s is infrastructure', (code) => expect(failureKind(sql(code))).toBe('infrastructure'));
  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'Query read timeout',
    'Cannot use a pool after calling end on the pool',
  ])('"%s" is infrastructure', (message) => expect(failureKind(new Error(message))).toBe('infrastructure'));
  it('a fold that throws is the fault of its record', () => {
    for (const error of [
      new TypeError('x is undefined'),
      new RangeError('Invalid time value'),
      sql('ERR_INVALID_ARG_TYPE'),
      'text',
      null,
      undefined,
    ])
      expect(failureKind(error)).toBe('data');
  });
  it('knows its own errors', () => {
    expect(failureKind(new FencedError(['t/0']))).toBe('fenced');
    expect(failureKind(new ContentionError('moved'))).toBe('contention');
  });
});
