/** Counts how many keys one invocation can answer for. */
import { RelayError } from '../core/errors.ts';
import { commonStart, type ListedRoute } from '../core/route.ts';
import { beginsWithin } from '../invocation/deadline.ts';
import type { Invocation } from '../invocation/invocation.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (6 MB of synchronous payload) */
const ANSWER_BYTES = 6_291_556;
/** Of a receipt or a failure, without the keys and the destination's prefix in it. */
const RECEIPT_BYTES = 1_200;
/** A receipt names its key twice, a failure up to four times. */
const TIMES_NAMED = 4;

/** What a caller asks for. */
export interface Asked {
  keys: readonly unknown[];
  route: string | undefined;
}

/**
 * How many of the keys, from the first on, fit into one answer. Pure.
 * @param bytes that the answer may have
 */
export function answerable({ keys, route }: Asked, routes: readonly Ways[], bytes = ANSWER_BYTES): number {
  const taken = routes.filter(({ name, pull }) => (route === undefined ? !pull : name === route));
  const prefixes = taken.map(({ destination }) => textBytes(destination.prefix));
  let left = bytes;
  const over = keys.findIndex((key) => {
    const named = RECEIPT_BYTES + TIMES_NAMED * textBytes(key);
    left -= prefixes.reduce((sum, prefix) => sum + named + TIMES_NAMED * prefix, prefixes.length === 0 ? named : 0);
    return left < 0;
  });
  return over === -1 ? keys.length : over;
}

type Ways = Pick<ListedRoute, 'name' | 'pull'> & { destination: { prefix: string } };

/**
 * Nothing is begun that nobody could be told of.
 * @param atOnce how many objects are relayed at once
 * @throws RelayError `TooManyKeys`, with the number that it takes
 */
export function requireRoom(invocation: Invocation, asked: Asked, atOnce: number): void {
  const { keys, route } = asked;
  const { config, remainingMs } = invocation;
  const inTime = beginsWithin(remainingMs(), atOnce);
  const most = Math.max(1, Math.min(answerable(asked, config.routes), inTime));
  if (keys.length <= most) return;
  const texts = keys.filter((key) => typeof key === 'string');
  const replay = JSON.stringify({ prefix: texts.length > 0 ? texts.reduce(commonStart) : '', only: 'all', route });
  throw new RelayError({
    code: 'TooManyKeys',
    message: `Field "keys" has ${keys.length} different keys, and this invocation takes ${most} of them at most: its answer may have 6 MB, and ${Math.floor(remainingMs() / 1000)} s are left. Nothing was begun. Ask for ${most} at a time, or let replay relay what lies under a prefix: invoke ${config.name}-replay:live with ${replay}.`,
    retryable: false,
    operation: 'parse',
  });
}

function textBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
