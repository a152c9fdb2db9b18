/** The schedules of `relay.replays` and `relay.audit`. */
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { scheduleGroupArn } from '../arns.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { describeReplay, type ReplayContext } from '../config/replay-schema.ts';
import { AUDIT_SCHEDULE, relayNames } from '../names.ts';
import type { RelayQueue } from './relay-queue.ts';
import type { ReplayFunction } from './replay-function.ts';

export interface ReplaySchedulesProps {
  config: RelayContext;
  replay: ReplayFunction;
  queue: RelayQueue;
}

/**
 * EventBridge Scheduler invokes replay at these times. It knows time zones, retries for a day, and then sends the event to the
 * dead-letter queue. Its role can do nothing else.
 */
export class ReplaySchedules extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { config, replay, queue: { deadLetters } }: ReplaySchedulesProps) {
    super(scope, id);
    const { source, relay } = config;
    const { scheduleGroup, schedulerRole } = relayNames(config);
    const group = new CfnScheduleGroup(this, 'Group', { name: scheduleGroup });
    this.role = new Role(this, 'Role', {
      roleName: schedulerRole,
      description: 'Upload Relay: EventBridge Scheduler runs replay in it',
      // Scheduler passes the ARN of the group, not that of the schedule: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': source.account },
          ArnEquals: { 'aws:SourceArn': scheduleGroupArn(config) },
        },
      }),
    });
    this.#allow('RunReplay', 'lambda:InvokeFunction', replay.alias.functionArn);
    this.#allow('SetAside', 'sqs:SendMessage', deadLetters.queueArn);
    for (const { name, description, expression, timeZone, flexibleMinutes, input } of scheduledOf(relay)) {
      const schedule = new CfnSchedule(this, name, {
        name,
        groupName: scheduleGroup,
        description,
        scheduleExpression: expression,
        scheduleExpressionTimezone: timeZone,
        flexibleTimeWindow: windowOf(flexibleMinutes),
        target: {
          arn: replay.alias.functionArn,
          roleArn: this.role.roleArn,
          input: JSON.stringify(input),
          deadLetterConfig: { arn: deadLetters.queueArn },
        },
      });
      schedule.addResourceDependency(group);
      // Scheduler tests the role when a schedule is created.
      schedule.node.addDependency(this.role);
    }
  }

  #allow(sid: string, action: string, resource: string): void {
    this.role.addToPolicy(new PolicyStatement({ sid, effect: Effect.ALLOW, actions: [action], resources: [resource] }));
  }
}

/** What replay does at its times. */
interface Scheduled {
  name: string;
  description: string;
  expression: string;
  timeZone: string;
  flexibleMinutes: number;
  /** The event. */
  input: object;
}

function scheduledOf({ replays, audit }: RelayContext['relay']): Scheduled[] {
  const { schedule, timeZone, route, defuseFormulas } = audit;
  return [
    ...replays.map((each) => ({
      ...each,
      description: describeReplay(each),
      expression: each.schedule,
      input: requestOf(each),
    })),
    ...(schedule === undefined
      ? []
      : [
          {
            name: AUDIT_SCHEDULE,
            description: 'Upload Relay: writes an audit report',
            expression: schedule,
            timeZone,
            flexibleMinutes: 0,
            input: { audit: { route, defuseFormulas } },
          },
        ]),
  ];
}

function windowOf(flexibleMinutes: number): CfnSchedule.FlexibleTimeWindowProperty {
  if (flexibleMinutes === 0) return { mode: 'OFF' };
  return { mode: 'FLEXIBLE', maximumWindowInMinutes: flexibleMinutes };
}

/** As `functions/request/replay-request.ts` reads it. */
function requestOf({ prefix, route, only, lookBackHours, objectsPerSecond }: ReplayContext): object {
  return { prefix, route, only, newerThanHours: lookBackHours, objectsPerSecond };
}
