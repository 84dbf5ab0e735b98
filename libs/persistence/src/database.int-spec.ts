import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../test/support/eventually.ts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { Database } from './database.ts';
import { failureKind } from './failure.ts';

describe('Database', () => {
  let own: FreshDatabase;
  beforeAll(async () => {
    own = await freshDatabase([]);
    await own.database.query('CREATE TABLE public.noted (id integer PRIMARY KEY)');
  }, 30_000);
  afterAll(() => own.drop());
  const connect = (applicationName: string, max = 3): Database => new Database({ url: own.url, max, applicationName });
  const terminate = (name: string): Promise<unknown[]> =>
    own.database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [name]);

  it('a connection that is cut between two statements of a transaction is an error of that transaction, and is not used again', async () => {
    const database = connect('spec cut', 1);
    let pid = 0;
    const cut = database.transaction(async (tx) => {
      pid = (await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))[0]?.pid ?? 0;
      await tx.query('INSERT INTO public.noted VALUES (1)');
      await terminate('spec cut');
      // Idle while the server closes the connection: nobody awaits a query at that moment.
      await eventually(
        () => own.database.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid]),
        (rows) => rows.length === 0,
      );
      await new Promise((resolve) => setImmediate(resolve));
      await tx.query('INSERT INTO public.noted VALUES (2)');
    });
    const failure: unknown = await cut.catch((error: unknown) => error);
    expect(failureKind(failure)).toBe('infrastructure');
    const [next] = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    expect(next?.pid).not.toBe(pid);
    expect(await database.query('SELECT * FROM public.noted')).toEqual([]);
    await database.close();
  });

  it('under load with all backends terminated again and again, what was committed is there once and what failed can be told', async () => {
    const database = connect('spec load', 3);
    const committed = new Set<number>();
    const failed: unknown[] = [];
    let next = 100;
    let stop = false;
    const lane = async (): Promise<void> => {
      while (!stop) {
        const id = next++;
        try {
          await database.transaction(async (tx) => {
            await tx.query('INSERT INTO public.noted VALUES ($1)', [id]);
            await tx.query('SELECT pg_sleep(0.002)');
          });
          committed.add(id);
        } catch (error) {
          failed.push(error);
        }
      }
    };
    const lanes = [lane(), lane(), lane()];
    // Whatever happens, the lanes end with the test.
    const rounds = async (): Promise<void> => {
      for (let round = 0; round < 5; round += 1) {
        const before = failed.length;
        const done = committed.size;
        await eventually(
          () => committed.size,
          (size) => size > done + 5,
        );
        // A connection that happens to rest in the pool at that moment fails nobody: again, until one was at work.
        await eventually(
          async () => {
            await terminate('spec load');
            return failed.length;
          },
          (count) => count > before,
        );
      }
      const done = committed.size;
      await eventually(
        () => committed.size,
        (size) => size > done + 5,
      );
    };
    await rounds().finally(() => (stop = true));
    await Promise.all(lanes);
    expect(new Set(failed.map(failureKind))).toEqual(new Set(['infrastructure']));
    const rows = await database.query<{ id: number }>('SELECT id FROM public.noted WHERE id >= 100');
    const there = new Set(rows.map((row) => row.id));
    expect([...committed].filter((id) => !there.has(id))).toEqual([]);
    await database.close();
  }, 60_000);

  it('a failed COMMIT is an error, and its connection is replaced', async () => {
    await own.database.query('CREATE TABLE public.late (id integer UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    const database = connect('spec commit', 1);
    const work = database.transaction((tx) => tx.query('INSERT INTO public.late VALUES (1), (1)'));
    await expect(work).rejects.toMatchObject({ code: '23505' });
    expect(await database.query('SELECT * FROM public.late')).toEqual([]);
    await database.close();
  });

  it('statements sent without waiting run in their turn and are committed with the others', async () => {
    const database = connect('spec sent', 1);
    const seen = await database.transaction(async (tx) => {
      tx.send('INSERT INTO public.noted VALUES (11)');
      tx.send({ name: 'spec-note', text: 'INSERT INTO public.noted SELECT $1' }, [12]);
      const rows = await tx.query<{ id: number }>('SELECT id FROM public.noted WHERE id IN (11, 12, 13) ORDER BY id');
      tx.send({ name: 'spec-note', text: 'INSERT INTO public.noted SELECT $1' }, [13]);
      return rows.map((row) => row.id);
    });
    expect(seen).toEqual([11, 12]);
    expect(await database.query('SELECT id FROM public.noted WHERE id IN (11, 12, 13) ORDER BY id')).toHaveLength(3);
    await database.close();
  });

  it.each([
    ['the next query', true],
    ['the end of the transaction', false],
  ])('a statement sent without waiting that fails is thrown by %s, and nothing is committed', async (_where, asks) => {
    const database = connect('spec sent', 1);
    const work = database.transaction(async (tx) => {
      tx.send('INSERT INTO public.noted VALUES (21)');
      tx.send('INSERT INTO public.noted VALUES (21)');
      tx.send('INSERT INTO public.noted VALUES (22)');
      if (asks) await tx.query('SELECT 1');
    });
    await expect(work).rejects.toMatchObject({ code: '23505' });
    expect(await database.query('SELECT id FROM public.noted WHERE id IN (21, 22)')).toEqual([]);
    // The one connection was rolled back and goes on.
    const id = asks ? 23 : 24;
    await database.transaction((tx) => tx.query('INSERT INTO public.noted VALUES ($1)', [id]));
    expect(await database.query('SELECT id FROM public.noted WHERE id = $1', [id])).toHaveLength(1);
    await database.close();
  });

  it('a statement that cannot even be sent keeps the others from being committed', async () => {
    const database = connect('spec unsent', 1);
    const round: { self?: unknown } = {};
    round.self = round;
    const work = database.transaction(async (tx) => {
      tx.send('INSERT INTO public.noted VALUES (31)');
      tx.send('INSERT INTO public.noted SELECT length($1::text)', [round]);
    });
    await expect(work).rejects.toThrow('circular');
    expect(await database.query('SELECT id FROM public.noted WHERE id = 31')).toEqual([]);
    await database.close();
  });

  it('takes nothing more once it has ended, also from whoever still waits for an answer', async () => {
    const database = connect('spec ended', 1);
    let late: Promise<unknown> | undefined;
    const failed = database.transaction(async (tx) => {
      await Promise.all([
        tx.query('SELECT 1').then(async () => {
          // Goes on after the other one has failed and the transaction was rolled back.
          late = new Promise((resolve) => setImmediate(resolve))
            .then(() => database.query('SELECT 1'))
            .then(() => tx.query('INSERT INTO public.noted VALUES (77)'));
          await late;
        }),
        tx.query('SELECT 1 / 0'),
      ]);
    });
    await expect(failed).rejects.toThrow('division by zero');
    await expect(late).rejects.toThrow('this transaction has ended');
    expect(await database.query('SELECT 1 FROM public.noted WHERE id = 77')).toEqual([]);
    await database.close();
  });

  it('tells of a commit when it is confirmed, and never of what was rolled back', async () => {
    const database = connect('spec confirmed');
    const told: string[] = [];
    await database.transaction(async (tx) => {
      tx.onCommit(() => told.push('committed'));
      await tx.query('INSERT INTO public.noted VALUES (78)');
      expect(told).toEqual([]);
    });
    expect(told).toEqual(['committed']);
    const failed = database.transaction((tx) => {
      tx.onCommit(() => told.push('never'));
      // Known to fail only when everything that was sent is waited for.
      tx.send('INSERT INTO public.noted VALUES (78)');
      return Promise.resolve();
    });
    await expect(failed).rejects.toMatchObject({ code: '23505' });
    expect(told).toEqual(['committed']);
    await database.close();
  });

  it('listens again after its connection was cut, and wakes because it may have missed something', async () => {
    const database = connect('spec wake');
    let heard = 0;
    const unlisten = await database.listen('spec_channel', () => void (heard += 1));
    expect(heard).toBe(1);
    await own.database.query(`SELECT pg_notify('spec_channel', '')`);
    await eventually(
      () => heard,
      (count) => count === 2,
    );
    await terminate('spec wake listen');
    await eventually(
      () => heard,
      (count) => count === 3,
    );
    await own.database.query(`SELECT pg_notify('spec_channel', '')`);
    await eventually(
      () => heard,
      (count) => count === 4,
    );
    await unlisten();
    await eventually(
      () => own.database.query(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'spec wake listen'`),
      (rows) => rows.length === 0,
    );
    await database.close();
  });

  it('does not go on trying behind the back of a caller whose first listen failed', async () => {
    const url = new URL(own.url);
    url.port = '1';
    const nowhere = new Database({ url: url.href, max: 1, applicationName: 'spec nowhere' });
    await expect(nowhere.listen('c', () => undefined)).rejects.toThrow();
    await nowhere.close();
  });

  it('bigint comes as BigInt, numeric as text, time in UTC', async () => {
    const [row] = await own.database.query<{ big: bigint; num: string; zone: string }>(
      `SELECT 9223372036854775807::bigint AS big, 1.10::numeric AS num, current_setting('timezone') AS zone`,
    );
    expect(row).toEqual({ big: 9_223_372_036_854_775_807n, num: '1.10', zone: 'UTC' });
  });
});
