/** Time that a test moves, minute by minute: schedules fire, functions run, alarms are evaluated, as they would be in as many minutes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlarmState, LocalCloud } from '../../emulator/index.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
/** No alarm looks at a shorter time, so none can go on and off in between. */
const EVALUATED_EVERY_MINUTES = 5;
const LOOK_EVERY_MS = 20;
/** A poller sees what has come, or has become visible, within a tenth of a second. */
const STILL_FOR_MS = 150;

export class MovedTime {
  /**
   * Tomorrow at noon, whatever time it is: what goes by the time of day comes at the same minute of every run, and the real time is never
   * passed. The SDK takes no correction of its clock that brings it within four minutes of the real time.
   */
  readonly #began = (Math.floor(Date.now() / DAY_MS) + 1.5) * DAY_MS;
  #now = this.#began;

  /** For `LocalCloud.start`, with `movesFunctionClocks`. It stands still in between. */
  readonly clock = (): number => this.#now;

  /** How many minutes have passed. */
  get minutes(): number {
    return (this.#now - this.#began) / MINUTE_MS;
  }

  /** Has everything fire once that goes by a schedule: what happens daily has then happened. */
  async fireAll(cloud: LocalCloud): Promise<void> {
    const { scheduledRules, scheduler } = cloud;
    for (const arn of scheduledRules.arns()) scheduledRules.fire(arn);
    for (const arn of scheduler.arns()) void scheduler.fire(arn);
    await still(cloud);
  }

  /**
   * Lets minutes pass.
   * @returns the alarms that have gone off in that time, each with the minute of the first time
   */
  async pass(cloud: LocalCloud, minutes: number): Promise<Map<string, number>> {
    const wentOff = new Map<string, number>();
    let before = evaluate(cloud);
    for (let minute = 1; minute <= minutes; minute++) {
      this.#now += MINUTE_MS;
      cloud.ticker.fireDue(this.#now);
      await still(cloud);
      if (minute % EVALUATED_EVERY_MINUTES !== 0 && minute !== minutes) continue;
      const after = evaluate(cloud);
      for (const [name, state] of Object.entries(after)) {
        if (state === 'ALARM' && before[name] !== 'ALARM' && !wentOff.has(name)) wentOff.set(name, minute);
      }
      before = after;
    }
    return wentOff;
  }
}

/** The names of the alarms that are on now. */
export function alarmsOn(cloud: LocalCloud): string[] {
  return Object.entries(evaluate(cloud)).flatMap(([name, state]) => (state === 'ALARM' ? [name] : []));
}

function evaluate(cloud: LocalCloud): Record<string, AlarmState> {
  cloud.recordQueues();
  return cloud.cloudWatch.evaluateAlarms();
}

/** Waits until nothing runs. What nobody takes out of a queue, since that is what is broken, is not waited for. */
async function still(cloud: LocalCloud): Promise<void> {
  if (!mayStart(cloud)) return;
  for (let quietMs = 0; quietMs < STILL_FOR_MS; quietMs += LOOK_EVERY_MS) {
    await sleep(LOOK_EVERY_MS);
    if (cloud.lambda.active > 0) quietMs = 0;
  }
}

/** Whether a function runs, or a queue that feeds one has something for it. */
function mayStart({ lambda, sqs }: LocalCloud): boolean {
  const isFed = (arn: string) => (sqs.queueByArn(arn)?.counts().visible ?? 0) > 0;
  return lambda.active > 0 || lambda.mappings().some(({ settings }) => settings.enabled && isFed(settings.queueArn));
}
