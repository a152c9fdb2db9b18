/** What happens, read from the functions' log: each object that is delivered, fails or waits. Pure. */

import { type Entry, timeOf } from './log-text.ts';
import { printable } from './terminal/printable.ts';

export interface Happening {
  at: string;
  function: string;
  /** `delivered`, `failed`, …; what else happens is called as the log has it. */
  event: string;
  keys?: string[];
  route?: string;
  code?: string;
  reason?: string;
  durationMs?: number;
}

/** By the log's message. */
export const EVENTS: Record<string, string> = {
  relayed: 'delivered',
  'left as it was, since the key is taken': 'already there',
  'gone, and delivered before': 'gone',
  'handed to relay-large': 'started',
  'not relayed, sent to the dead-letter queue': 'failed',
  'a canary was not relayed': 'failed',
  'not relayed': 'failed',
  'not relayed, will be tried again': 'tried again',
  'will be tried again in place': 'tried again',
  'not tried yet, sent anew': 'waits',
  'handed back to the queue': 'waits',
  'relayed once more, later': 'once more, later',
};

const EVENT_WIDTH = 11;

export function happeningOf({ at, function: name, message, facts }: Entry): Happening {
  const failure = (facts['failure'] ?? {}) as Record<string, unknown>;
  const keys = keysOf(facts, failure);
  const { route, durationMs, reason } = facts;
  const code = failure['code'] ?? (message === 'handed back to the queue' ? reason : undefined);
  return {
    at,
    function: name,
    event: EVENTS[message] ?? message,
    ...(keys.length > 0 && { keys }),
    ...(typeof route === 'string' && { route }),
    ...(code !== undefined && { code: `${code}` }),
    ...(failure['message'] !== undefined && { reason: `${failure['message']}` }),
    ...(typeof durationMs === 'number' && { durationMs }),
  };
}

export function textOf({ at, event, keys = [], route, code, reason, durationMs }: Happening): string {
  const words = [
    timeOf(at),
    event.padEnd(EVENT_WIDTH),
    ...keys,
    ...(route === undefined ? [] : [`along ${route}`]),
    ...(durationMs === undefined ? [] : [`in ${durationMs} ms`]),
    ...(code === undefined ? [] : [reason === undefined ? code : `${code}: ${reason}`]),
  ];
  return printable(words.join('  ').trimEnd());
}

function keysOf(facts: Record<string, unknown>, failure: Record<string, unknown>): string[] {
  const { key, sources, source = failure['source'] } = facts;
  if (typeof key === 'string') return [key];
  const places = Array.isArray(sources) && sources.length > 0 ? sources : [source];
  return places.flatMap((place) => (typeof place === 'string' ? [place.replace(/^s3:\/\/[^/]*\//, '')] : []));
}
