/** Refuses times and windows that can't be meant, and notes schedules that will never fire again. */
import { type Mistakes, refusal } from './mistakes.ts';
import type { RelayContext } from './relay-context.ts';
import { lastFiring, shortestGapMinutes } from './schedule-times.ts';

/** A window that is longer than the time between two firings would let the later one overtake the earlier. */
export function* refuseLongWindows({ relay }: RelayContext): Mistakes {
  for (const [index, { schedule, flexibleMinutes }] of relay.replays.entries()) {
    const gap = shortestGapMinutes(schedule);
    if (gap === undefined || flexibleMinutes <= gap) continue;
    const reason = `"${schedule}" fires every ${gap} ${gap === 1 ? 'minute' : 'minutes'}, and the window is longer than that; shorten it, or fire less often`;
    yield refusal(`relay.relay.replays.${index}.flexibleMinutes`, flexibleMinutes, reason);
  }
}

/** Until then nothing would be found missing. */
export function* refuseFuture({ relay }: RelayContext): Mistakes {
  const { since } = relay.reconciliation || {};
  if (since === undefined || Date.parse(since) <= Date.now()) return;
  const reason = `it is in the future, and until then nothing would be found missing; today is ${day(Date.now())}`;
  yield refusal('relay.relay.reconciliation.since', since, reason);
}

/**
 * Schedules that will never fire again. They are no mistakes: a configuration that is deployed may not become wrong because time passes.
 */
export function* pastSchedules({ relay }: RelayContext): Mistakes {
  const schedules = [
    ...relay.replays.map((each, index) => ({ ...each, field: `replays.${index}` })),
    { ...relay.audit, field: 'audit' },
    ...(relay.reconciliation ? [{ ...relay.reconciliation, field: 'reconciliation' }] : []),
  ];
  for (const { field, schedule, timeZone } of schedules) {
    const last = schedule === undefined ? undefined : lastFiring(schedule, timeZone);
    if (last === undefined || last >= Date.now()) continue;
    const reason = `it is over since ${day(last)}, so it never fires again; choose another time, or remove it`;
    yield refusal(`relay.relay.${field}.schedule`, schedule, reason);
  }
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
