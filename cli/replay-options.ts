/** The options of `replay` and `audit`, and the events that they make. Pure. */
import { parseAuditEvent } from '../functions/request/audit-request.ts';
import { parseReplayEvent } from '../functions/request/replay-request.ts';
import { decimalNumber } from './terminal/numbers.ts';
import { UserError } from './terminal/user-error.ts';
import type { Attempt, Option } from './verb.ts';

type Options = Attempt['options'];

/** Which objects: of both. */
export const SCOPE: Record<string, Option> = {
  prefix: {
    type: 'string',
    usage: '--prefix PREFIX',
    summary: 'only keys that begin with it, as they are',
    mayBeEmpty: true,
  },
  since: { type: 'string', usage: '--since TIME', summary: 'only objects modified then or later, such as 2026-01-15' },
  until: { type: 'string', usage: '--until TIME', summary: 'only objects modified before' },
  route: { type: 'string', usage: '--route NAME', summary: 'only along this route' },
};

/** Replay would answer for minutes what it can't use, so it is told here. @throws UserError naming the option */
export function replayEvent({ only, ...options }: Options): object {
  const pace = options['objects-per-second'] as string | undefined;
  const event = {
    ...scopeOf(options),
    ...(only !== undefined && { only }),
    ...(pace !== undefined && { objectsPerSecond: decimalNumber('--objects-per-second', pace, { least: 0.01 }) }),
    ...(options['reconcile'] === true && { reconcile: true }),
    ...(options['dry-run'] === true && { dryRun: true }),
  };
  return checked(event, parseReplayEvent);
}

/** @throws UserError naming the option */
export function auditEvent(options: Options): object {
  const audit = { ...scopeOf(options), ...(options['defuse-formulas'] === true && { defuseFormulas: true }) };
  return checked({ audit }, parseAuditEvent);
}

function scopeOf(options: Options): object {
  return Object.fromEntries(Object.keys(SCOPE).flatMap((name) => (options[name] ? [[name, options[name]]] : [])));
}

function checked<T extends object>(event: T, parse: (event: unknown) => unknown): T {
  try {
    parse(event);
    return event;
  } catch (error) {
    throw inWordsOfOptions(error as Error);
  }
}

/** `… (field "since": must be a day; it is "x")` → `--since is "x": it must be a day.` */
function inWordsOfOptions(error: Error): Error {
  const [, field, must, found] = /\(field "(?:audit\.)?(\w+)": (.+); it is (.+?)\)/.exec(error.message) ?? [];
  if (field === undefined) return error;
  const option = field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return new UserError(`--${option} is ${found}: ${/^must|^has/.test(must!) ? `it ${must}` : must}.`);
}
