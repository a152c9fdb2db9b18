/** How long names and texts may be, and of which characters: what the services refuse beyond these, a template may not say. */
import { z } from 'zod';

/** @param characters of a regular expression's class */
function text(kind: string, characters: string, maximum: number, minimum = 1) {
  const shown = characters.replaceAll('\\', '');
  const problem = `must be ${kind}: ${minimum} to ${maximum} of ${shown}`;
  return z.string().regex(new RegExp(`^[${characters}]{${minimum},${maximum}}$`), problem);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const IAM_CHARACTERS = '\\w+=,.@-';
export const roleName = text('the name of a role', IAM_CHARACTERS, 64);
export const userName = text('the name of a user', IAM_CHARACTERS, 64);
export const groupName = text('the name of a group', IAM_CHARACTERS, 128);
export const instanceProfileName = text('the name of an instance profile', IAM_CHARACTERS, 128);
export const policyName = text('the name of a policy', IAM_CHARACTERS, 128);
/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html, and API_CreatePolicy.html */
export const iamPath = z
  .string()
  .max(512)
  .regex(/^\/([\u0021-\u007e]+\/)?$/, 'must be a path, which begins and ends with /');
export const iamDescription = z
  .string()
  .max(1000)
  .regex(/^[\t\n\r\u0020-\u007e\u00a1-\u00ff]*$/, 'must be of Latin-1 characters');

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html, and API_CreateKey.html */
export const keyAlias = z
  .string()
  .max(256)
  .regex(/^alias\/(?!aws\/)[a-zA-Z0-9/_-]+$/, 'must be alias/ and a name of a-zA-Z0-9/_-, not of AWS');
export const keyDescription = z.string().max(8192);

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
export const queueName = text('the name of a standard queue', 'A-Za-z0-9_-', 80);

/** https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html, and sns/latest/dg/sns-create-topic.html */
export const topicName = text('the name of a standard topic', 'A-Za-z0-9_-', 256);
export const topicDisplayName = z.string().max(100);

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html, API_Target.html, and userguide/eb-quota.html */
export const ruleName = text('the name of a rule', '.\\-_A-Za-z0-9', 64);
export const ruleDescription = z.string().max(512);
export const targetId = text('the id of a target', '.\\-_A-Za-z0-9', 64);
export const targetInput = z.string().max(8192);
export const MAX_RULE_TARGETS = 5;
export const MAX_EVENT_PATTERN_CHARACTERS = 2048;

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html, and API_Target.html, which has no maximum for Input */
export const scheduleName = text('the name of a schedule', '0-9a-zA-Z\\-_.', 64);
export const scheduleGroupName = text('the name of a schedule group', '0-9a-zA-Z\\-_.', 64);
export const scheduleDescription = z.string().max(512);
export const scheduleInput = z.string().min(1);
/** Of rules and of schedules. */
export const scheduleExpression = z.string().min(1).max(256);

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html, and API_CreateAlias.html */
export const functionName = text('the name of a function', 'a-zA-Z0-9\\-_', 64);
export const aliasName = z
  .string()
  .regex(/^(?!\d+$)[a-zA-Z0-9-_]{1,128}$/, 'must be the name of an alias: 1 to 128 of a-zA-Z0-9-_, not digits alone');
export const lambdaDescription = z.string().max(256);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, and API_PutDashboard.html */
export const alarmName = z.string().min(1).max(255);
export const alarmDescription = z.string().max(1024);
export const dashboardName = text('the name of a dashboard', '\\w-', 255);

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export const logGroupName = text('the name of a log group', '.\\-_/#A-Za-z0-9', 512);

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html: tables and indexes */
export const tableName = text('the name of a table or an index', 'a-zA-Z0-9_.\\-', 255, 3);
