import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { scheduleGroupArn } from '../arns.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { describeReplay, type ReplayContext } from '../config/replay-schema.ts';
import { relayNames } from '../names.ts';
import type { RelayQueue } from './relay-queue.ts';
import type { ReplayFunction } from './replay-function.ts';

export interface ReplaySchedulesProps {
  config: RelayContext;
  replay: ReplayFunction;
  queue: RelayQueue;
}

/**
 * Replays that run by themselves, by EventBridge Scheduler: it knows time zones, tries for a day to invoke replay, and sets
 * aside what it couldn't. It does so in a role of its own, which can do just that.
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
      // Scheduler tells the group, not the schedule: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': source.account },
          ArnEquals: { 'aws:SourceArn': scheduleGroupArn(config) },
        },
      }),
    });
    this.#allow('RunReplay', 'lambda:InvokeFunction', replay.alias.functionArn);
    this.#allow('SetAside', 'sqs:SendMessage', deadLetters.queueArn);
    for (const each of relay.replays) {
      const schedule = new CfnSchedule(this, each.name, {
        name: each.name,
        groupName: scheduleGroup,
        description: describeReplay(each),
        scheduleExpression: each.schedule,
        scheduleExpressionTimezone: each.timeZone,
        flexibleTimeWindow: windowOf(each),
        target: {
          arn: replay.alias.functionArn,
          roleArn: this.role.roleArn,
          input: JSON.stringify(requestOf(each)),
          deadLetterConfig: { arn: deadLetters.queueArn },
        },
      });
      schedule.addResourceDependency(group);
      // Scheduler tries the role out when a schedule is made.
      schedule.node.addDependency(this.role);
    }
  }

  #allow(sid: string, action: string, resource: string): void {
    this.role.addToPolicy(new PolicyStatement({ sid, effect: Effect.ALLOW, actions: [action], resources: [resource] }));
  }
}

function windowOf({ flexibleMinutes }: ReplayContext): CfnSchedule.FlexibleTimeWindowProperty {
  if (flexibleMinutes === 0) return { mode: 'OFF' };
  return { mode: 'FLEXIBLE', maximumWindowInMinutes: flexibleMinutes };
}

/** As `functions/request/replay-request.ts` reads it. */
function requestOf({ prefix, route, only, lookBackHours, objectsPerSecond }: ReplayContext): object {
  return { prefix, route, only, newerThanHours: lookBackHours, objectsPerSecond };
}
