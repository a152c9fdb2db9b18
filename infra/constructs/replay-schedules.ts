/** The schedules of `relay.replays`, `relay.reconciliation` and `relay.audit`. */
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { scheduleGroupArn } from '../arns.ts';
import { ownSource, pullingRoutes, type RelayContext } from '../config/relay-context.ts';
import { describeReplay, type ReplayContext } from '../config/replay-schema.ts';
import { AUDIT_SCHEDULE, reconciliationSchedule, relayNames } from '../names.ts';
import type { RelayQueue } from './relay-queue.ts';
import type { ReplayFunction } from './replay-function.ts';
import { atPath } from './role-path.ts';

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
      ...atPath(source.rolePath),
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
    for (const each of [...relay.replays.map(scheduleOf), ...reconciliationsOf(config), ...auditsOf(relay)]) {
      const { name, description, expression, timeZone, flexibleMinutes, request } = each;
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
          input: JSON.stringify(request),
          deadLetterConfig: { arn: deadLetters.queueArn },
        },
      });
      schedule.node.addDependency(group);
      // Scheduler tests the role when a schedule is created.
      schedule.node.addDependency(this.role);
    }
  }

  #allow(sid: string, action: string, resource: string): void {
    this.role.addToPolicy(new PolicyStatement({ sid, effect: Effect.ALLOW, actions: [action], resources: [resource] }));
  }
}

interface Schedule {
  name: string;
  /** For the console. */
  description: string;
  expression: string;
  timeZone: string;
  flexibleMinutes: number;
  /** As `functions/request/replay-request.ts` reads it. */
  request: object;
}

function scheduleOf(replay: ReplayContext): Schedule {
  const { name, schedule, timeZone, flexibleMinutes, prefix, route, only, lookBackHours, objectsPerSecond } = replay;
  const request = { prefix, route, only, newerThanHours: lookBackHours, objectsPerSecond };
  return { name, description: describeReplay(replay), expression: schedule, timeZone, flexibleMinutes, request };
}

/** One for the relay's own bucket, and one for each route that pulls, since a replay is about one bucket. */
function reconciliationsOf(config: RelayContext): Schedule[] {
  const { reconciliation } = config.relay;
  if (reconciliation === false) return [];
  const { schedule: expression, timeZone } = reconciliation;
  const pulling = pullingRoutes(config)
    .map(({ name }) => name)
    .sort();
  return [...(ownSource(config) ? [undefined] : []), ...pulling].map((route) => ({
    name: reconciliationSchedule(route),
    description: `Upload Relay: compares source and ledger${route === undefined ? '' : ` of route ${route}`}`,
    expression,
    timeZone,
    flexibleMinutes: 0,
    request: { reconcile: true, route },
  }));
}

function auditsOf({ audit }: RelayContext['relay']): Schedule[] {
  const { schedule: expression, timeZone, route, defuseFormulas } = audit;
  if (expression === undefined) return [];
  const description = 'Upload Relay: writes an audit report';
  const request = { audit: { route, defuseFormulas } };
  return [{ name: AUDIT_SCHEDULE, description, expression, timeZone, flexibleMinutes: 0, request }];
}

function windowOf(minutes: number): CfnSchedule.FlexibleTimeWindowProperty {
  return minutes === 0 ? { mode: 'OFF' } : { mode: 'FLEXIBLE', maximumWindowInMinutes: minutes };
}
