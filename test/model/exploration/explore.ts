import type { Scheduler } from 'fast-check';
import { vi } from 'vitest';
import { relayMessages } from '../../../functions/doors/queue.ts';
import { awaitingRole } from './awaited-role.ts';
import { callAll } from './calls.ts';
import { Executions } from './executions.ts';
import { failingLedger } from './failing-ledger.ts';
import { Invocations } from './invocations.ts';
import type { Sabotage } from './sabotages.ts';
import type { Scenario } from './scenario.ts';
import { servicesOf } from './services.ts';
import { Timeline } from './timeline.ts';
import { World } from './world.ts';

/** More than the patience of functions/doors/acknowledge.ts. */
const LONG_MS = 10_000;

/**
 * One run of the relay's code in one order of events. What was given up is asked for again in the end, when nothing goes wrong any more. Timers go off when the schedule says so: install fake ones before.
 * @throws Error with every property that does not hold, and the story that led there
 */
export async function run(scenario: Scenario, scheduler: Scheduler, sabotage: Sabotage = {}): Promise<string[]> {
  const timeline = new Timeline(scheduler);
  const world: World = new World(scenario, timeline, (message) => void invocations.offer(message));
  const ledgerFates = [...scenario.ledgerFates];
  const services = failingLedger(awaitingRole(servicesOf(world), scenario.awaitedWrites ?? 0), ledgerFates);
  const invocations = new Invocations(world, {
    services: () => sabotage.services?.(services) ?? services,
    answer: sabotage.answer?.(relayMessages, world) ?? relayMessages,
    outlivesAbort: sabotage.outlivesAbort ?? false,
    attempts: sabotage.attempts,
    config: sabotage.config ?? {},
    event: sabotage.event ?? ((record) => record),
    hidesTooBriefly: sabotage.hidesTooBriefly ?? false,
  });
  const executions = new Executions(world, (life) => invocations.invocation(life));
  world.executions = executions;
  const settle = async () => {
    void timeline.turn('time passes').then(() => vi.advanceTimersByTime(LONG_MS));
    await timeline.run();
    vi.clearAllTimers();
    if (!invocations.areOver || !executions.areOver)
      world.violations.push('an invocation waits for something that is no request');
    world.checkQuiescence();
    if (world.violations.length > 0) throw new Error([...world.violations, '', ...timeline.story].join('\n'));
  };
  void world.uploadAll();
  void callAll(world, invocations);
  await settle();
  if (world.queue.deadLetters.length > 0) {
    ledgerFates.length = 0;
    world.redriveAll();
    await settle();
  }
  return timeline.story;
}
