/** Reads the log lines of the relay's functions, as CloudWatch Logs has them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sendSigned } from '../functions/aws/signed-request.ts';
import { logGroupName } from '../infra/names.ts';
import type { Relay } from './relay.ts';

export interface LogLine {
  /** Into whose log group it was written. */
  function: string;
  /** ISO 8601. */
  at: string;
  text: string;
}

export interface Span {
  /** Milliseconds since the epoch. */
  since: number;
  /** Whether it goes on with what comes, until the program ends. */
  follows: boolean;
  /** Whether what is there already is left out. The accounts' clock may be ahead of this one's, so no time tells. */
  onlyNew?: boolean;
}

const LOOK_EVERY_MS = 500;
/** A line may be seen later than its time says. */
const OVERLAP_MS = 5_000;

interface Page {
  events: { timestamp: number; eventId: string; message: string }[];
  nextToken?: string;
}

/** The functions of the relay by their short names, each with the one whose log group it writes into. */
export function functionsOf({ names }: Relay): Map<string, { name: string; group: string }> {
  const { relayFunction, largeFunction, partFunction, replayFunction, checkFunction, canaryFunction } = names;
  return new Map([
    ['relay', { name: relayFunction, group: relayFunction }],
    ['large', { name: largeFunction, group: largeFunction }],
    ['part', { name: partFunction, group: partFunction }],
    ['replay', { name: replayFunction, group: replayFunction }],
    ['check', { name: checkFunction, group: relayFunction }],
    ['canary', { name: canaryFunction, group: relayFunction }],
  ]);
}

/** In the order of their times, as far as they have been written. */
export async function* readLogs(relay: Relay, functions: readonly string[], span: Span): AsyncGenerator<LogLine> {
  const seen = new Set<string>();
  let { since, onlyNew: skips = false } = span;
  do {
    const found: (LogLine & { timestamp: number })[] = [];
    for (const name of functions) {
      for await (const { eventId, timestamp, message } of eventsOf(relay, name, since)) {
        const id = `${name} ${eventId}`;
        if (seen.has(id)) continue;
        seen.add(id);
        found.push({ function: name, at: new Date(timestamp).toISOString(), text: message.trimEnd(), timestamp });
      }
    }
    found.sort((one, other) => one.timestamp - other.timestamp);
    if (!skips) for (const { timestamp: _, ...line } of found) yield line;
    skips = false;
    since = Math.max(since, (found.at(-1)?.timestamp ?? 0) - OVERLAP_MS);
    if (span.follows) await sleep(LOOK_EVERY_MS);
  } while (span.follows);
}

/** None of a function that isn't deployed, or has not run yet. */
async function* eventsOf({ signer }: Relay, name: string, startTime: number): AsyncGenerator<Page['events'][number]> {
  let nextToken: string | undefined;
  do {
    const body = JSON.stringify({ logGroupName: logGroupName(name), startTime, nextToken });
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Logs_20140328.FilterLogEvents',
    };
    const request = { service: 'logs', method: 'POST', path: '/', headers, body } as const;
    const page = (await sendSigned(signer, request).catch((error: Error) => {
      if (error.name === 'ResourceNotFoundException') return { events: [] };
      throw error;
    })) as Page;
    yield* page.events;
    ({ nextToken } = page);
  } while (nextToken !== undefined);
}
