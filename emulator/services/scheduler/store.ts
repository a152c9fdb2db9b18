/** EventBridge Scheduler, as far as schedules with a function as their target go. */
import { ApiError, type Caller } from '../../core/api.ts';
import type { AssumeAsService, Credentials } from '../../core/credentials.ts';
import type { InvokeFunction, Outcome } from '../../core/invocation.ts';
import type { Keeper } from '../../core/keeper.ts';
import type { Lateness } from '../../core/lateness.ts';
import { arnOf } from '../../core/partition.ts';
import { parseTiming, type Timing } from '../../core/time/timing.ts';

export interface Schedule {
  account: string;
  region: string;
  group: string;
  name: string;
  /** `rate(…)`, `cron(…)` or `at(…)` */
  expression: string;
  /** Of the IANA database. */
  timeZone: string;
  enabled: boolean;
  target: InvocationTarget;
}

export interface InvocationTarget {
  functionArn: string;
  /** Scheduler assumes it to invoke the function, and to set aside what it couldn't. */
  roleArn: string;
  input: string;
  deadLetterQueueArn?: string | undefined;
}

export interface SchedulerServices {
  clock: () => number;
  assume: AssumeAsService;
  callerOf: (credentials: Credentials) => Caller;
  invoke: InvokeFunction;
  send: (caller: Caller, queueArn: string, message: { body: string }) => void;
  lateness: Lateness;
}

interface Entry {
  schedule: Schedule;
  timing: Timing;
  /** Milliseconds since the epoch. */
  madeAt: number;
}

const SESSION_SECONDS = 3600;

export class Scheduler implements Keeper {
  readonly #services: SchedulerServices;
  readonly #groups = new Set<string>();
  readonly #schedules = new Map<string, Entry>();

  constructor(services: SchedulerServices) {
    this.#services = services;
  }

  snapshot() {
    const schedules = [...this.#schedules].map(([arn, { schedule, madeAt }]) => ({ arn, schedule, madeAt }));
    return { groups: this.#groups, schedules };
  }

  restore({ groups, schedules }: ReturnType<Scheduler['snapshot']>): void {
    for (const arn of groups) this.#groups.add(arn);
    for (const { arn, schedule, madeAt } of schedules) {
      this.#schedules.set(arn, { schedule, madeAt, timing: timingOf(schedule.expression, schedule.timeZone) });
    }
  }

  putGroup({ account, region, name }: { account: string; region: string; name: string }): { arn: string } {
    const arn = groupArn({ account, region, group: name });
    this.#groups.add(arn);
    return { arn };
  }

  /** With the schedules in it. */
  removeGroup(arn: string): void {
    this.#groups.delete(arn);
    for (const [scheduleArn, { schedule }] of this.#schedules) {
      if (groupArn(schedule) === arn) this.#schedules.delete(scheduleArn);
    }
  }

  groupArns(): string[] {
    return [...this.#groups];
  }

  remove(arn: string): void {
    this.#schedules.delete(arn);
  }

  /** @throws ApiError `ValidationException`, for a role that Scheduler can't assume as well; `ResourceNotFoundException` for the group */
  put(schedule: Schedule): { arn: string } {
    const { group, name, expression, timeZone } = schedule;
    if (!this.#groups.has(groupArn(schedule))) {
      throw new ApiError('ResourceNotFoundException', 404, `Schedule group ${group} does not exist.`);
    }
    const timing = timingOf(expression, timeZone);
    try {
      this.#services.lateness.exactly(() => this.#session(schedule));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const problem = 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.';
      throw new ApiError('ValidationException', 400, problem);
    }
    const arn = arnOf('scheduler', schedule, `schedule/${group}/${name}`);
    this.#schedules.set(arn, { schedule, timing, madeAt: this.#services.clock() });
    return { arn };
  }

  /** The ARNs of all schedules. */
  arns(): string[] {
    return [...this.#schedules.keys()];
  }

  /** Those whose time has come in this minute. A flexible window is used from its beginning. */
  dueArns(minute: number): string[] {
    const due = [...this.#schedules].filter(
      ([, { schedule, timing, madeAt }]) => schedule.enabled && timing.isDue(minute, madeAt),
    );
    return due.map(([arn]) => arn);
  }

  /**
   * Does now what it would do at its time: assumes the role and invokes the function, without waiting for it. What is
   * refused lies in the dead-letter queue at once; AWS tries again for a day what may pass, which nothing here does.
   * @throws Error for an unknown or disabled schedule; ApiError when the role or the function's policy refuses
   */
  fire(arn: string): Promise<Outcome> {
    const entry = this.#schedules.get(arn);
    if (!entry?.schedule.enabled) throw new Error(`There is no schedule ${arn} that could fire.`);
    const { functionArn, input, deadLetterQueueArn } = entry.schedule.target;
    const caller = this.#session(entry.schedule);
    try {
      return this.#services.invoke(caller, functionArn, input, {});
    } catch (error) {
      if (deadLetterQueueArn !== undefined) this.#services.send(caller, deadLetterQueueArn, { body: input });
      throw error;
    }
  }

  /** For each firing anew: a role may have been changed since. Its trust is told the group, not the schedule. */
  #session(schedule: Schedule): Caller {
    const credentials = this.#services.assume({
      roleArn: schedule.target.roleArn,
      service: 'scheduler.amazonaws.com',
      sessionName: 'scheduler',
      durationSeconds: SESSION_SECONDS,
      context: { 'aws:SourceArn': groupArn(schedule), 'aws:SourceAccount': schedule.account },
    });
    return this.#services.callerOf(credentials);
  }
}

function groupArn({ group, ...place }: Pick<Schedule, 'account' | 'region' | 'group'>): string {
  return arnOf('scheduler', place, `schedule-group/${group}`);
}

function timingOf(expression: string, timeZone: string): Timing {
  const problem = () => new ApiError('ValidationException', 400, `Invalid Schedule Expression ${expression}.`);
  try {
    const timing = parseTiming(expression, timeZone);
    if (!timing) throw problem();
    return timing;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ApiError('ValidationException', 400, `Provided ScheduleExpressionTimezone is not valid: ${timeZone}.`);
  }
}
