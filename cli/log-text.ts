/** A log line of a function as one would read it. Pure. */

import type { LogLine } from './logs.ts';
import { printable } from './terminal/printable.ts';

export interface Entry {
  at: string;
  function: string;
  level: string;
  message: string;
  /** What else the line says. */
  facts: Record<string, unknown>;
}

/** What Lambda itself writes about an invocation, as text and as JSON. */
const OF_LAMBDA = /^(START|END|REPORT|INIT_START|EXTENSION) |^\{"time":"[^"]*","type":"platform\./;
/** What Powertools says in each line of a function that has no format of its own: the same of each. */
const OF_POWERTOOLS = [
  'cold_start',
  'function_arn',
  'function_memory_size',
  'function_name',
  'function_request_id',
  'sampling_rate',
  'service',
  'xray_trace_id',
];
const LEVEL_WIDTH = 5;

/** Undefined for a line that is for machines: a metric, or the begin and the end of an invocation. */
export function entryOf({ at, function: name, text }: LogLine): Entry | undefined {
  if (OF_LAMBDA.test(text)) return undefined;
  const value = objectIn(text);
  if (value === undefined) return { at, function: name, level: '', message: text, facts: {} };
  if ('_aws' in value) return undefined;
  const { level, message, timestamp, ...rest } = value;
  const facts = Object.fromEntries(Object.entries(rest).filter(([fact]) => !OF_POWERTOOLS.includes(fact)));
  return {
    at: typeof timestamp === 'string' ? timestamp : at,
    function: writerOf(value) ?? name,
    level: `${level ?? ''}`,
    message: `${message ?? text}`,
    facts,
  };
}

/** Several functions write into one log group, and say which they are, but for relay-large, which has a group of its own. */
function writerOf({ function_name: name, service }: Record<string, unknown>): string | undefined {
  if (typeof name === 'string') return name;
  return typeof service === 'string' && /-(check|canary)$/.test(service) ? service : undefined;
}

/** `00:31:07.123 upload-relay INFO  relayed  route=main key=README.md` */
export function textOf({ at, function: name, level, message, facts }: Entry): string {
  const pairs = Object.entries(facts).map(([fact, value]) => `${fact}=${valueText(value)}`);
  return printable([timeOf(at), name, level.padEnd(LEVEL_WIDTH), message, ...pairs].join('  '));
}

/** The time of day, by the clock of the local AWS. */
export function timeOf(at: string): string {
  return at.slice('2026-01-15T'.length, -1);
}

function valueText(value: unknown): string {
  const { code, message } = (value ?? {}) as Record<string, unknown>;
  if (code !== undefined && message !== undefined) return `${code}: ${message}`;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(', ');
  return typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value);
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
