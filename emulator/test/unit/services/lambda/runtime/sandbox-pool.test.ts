import { describe, expect, test } from 'vitest';
import { SandboxPool } from '../../../../../services/lambda/runtime/sandbox-pool.ts';

describe('execution environments', () => {
  class FakeEnvironment {
    usable = true;
    closed = false;
    async close(): Promise<void> {
      this.closed = true;
    }
  }
  const demand = (functionArn: string, more: { reservedConcurrency?: number; whenBusy?: 'refuse' | 'wait' } = {}) => ({
    functionArn,
    version: '$LATEST',
    reservedConcurrency: more.reservedConcurrency,
    whenBusy: more.whenBusy ?? ('wait' as const),
    start: () => new FakeEnvironment(),
  });
  /** Takes an environment and keeps it until told. */
  function hold(pool: SandboxPool<FakeEnvironment>, wanted: ReturnType<typeof demand>) {
    const release = Promise.withResolvers<void>();
    const taken = Promise.withResolvers<FakeEnvironment>();
    const done = pool.use(wanted, (environment) => {
      taken.resolve(environment);
      return release.promise;
    });
    return { taken: taken.promise, done, release: () => release.resolve() };
  }

  test('are reused when warm, and never shared by two invocations', async () => {
    const pool = new SandboxPool<FakeEnvironment>(4);
    const [one, two] = [hold(pool, demand('f')), hold(pool, demand('f'))];
    const first = await one.taken;
    expect(await two.taken).not.toBe(first);
    one.release();
    await one.done;
    expect(await pool.use(demand('f'), async (environment) => environment)).toBe(first);
    expect(await pool.use(demand('g'), async (environment) => environment)).not.toBe(first);
  });

  test('a direct invocation beyond the reserved concurrency is throttled, a poller waits', async () => {
    const pool = new SandboxPool<FakeEnvironment>(4);
    const holder = hold(pool, demand('f', { reservedConcurrency: 1 }));
    await holder.taken;
    await expect(
      pool.use(demand('f', { reservedConcurrency: 1, whenBusy: 'refuse' }), async () => {}),
    ).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
    const waiting = pool.use(demand('f', { reservedConcurrency: 1 }), async () => 'ran');
    await pool.use(demand('g'), async () => {});
    expect(pool.active).toBe(2);
    holder.release();
    expect(await waiting).toBe('ran');
  });

  test('never exceed the limit: who comes later waits, and idle ones of others make room', async () => {
    const pool = new SandboxPool<FakeEnvironment>(1);
    const first = await pool.use(demand('f'), async (environment) => environment);
    const holder = hold(pool, demand('g'));
    await holder.taken;
    expect(first.closed).toBe(true);
    const waiting = pool.use(demand('f', { whenBusy: 'refuse' }), async (environment) => environment);
    holder.release();
    expect(await waiting).not.toBe(first);
  });

  test('that can no longer be used are replaced', async () => {
    const pool = new SandboxPool<FakeEnvironment>(2);
    const first = await pool.use(demand('f'), async (environment) => environment);
    first.usable = false;
    expect(await pool.use(demand('f'), async (environment) => environment)).not.toBe(first);
    expect(first.closed).toBe(true);
  });

  test('end with the pool, and whoever waits is told', async () => {
    const pool = new SandboxPool<FakeEnvironment>(1);
    const holder = hold(pool, demand('f'));
    const busy = await holder.taken;
    const waiting = pool.use(demand('f'), async () => {});
    const closed = pool.close();
    await expect(waiting).rejects.toThrow('shutting down');
    expect(busy.closed).toBe(true);
    holder.release();
    await closed;
    expect(pool.active).toBe(0);
  });
});
