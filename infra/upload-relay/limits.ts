/** Measures an UploadRelay against AWS's limits before anything is written. */
import { Annotations, CfnResource, type Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { DEPLOYED_VARIABLE } from '../../functions/core/deployed-settings.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { deployedLengths, type Lengths } from '../constructs/deployed-settings.ts';
import { measureRoles } from '../limits/iam.ts';
import { mistakeOf } from '../limits/measurement.ts';
import { measureSessions } from '../limits/sessions.ts';
import { measureSettings } from '../limits/settings.ts';
import type { Resource, SynthesizedStack } from '../limits/template.ts';
import type { Checked } from './checked.ts';
import { inProperties, isNamedAsInCdkJson } from './field-names.ts';

/** Of the variable with the deployment's values: less surely fits. */
const LONGEST_SURE = 3_200;
/** Properties of resources that some limit is about. */
const MEASURED = [
  'AlarmDescription',
  'AlarmName',
  'AssumeRolePolicyDocument',
  'DashboardBody',
  'DashboardName',
  'Description',
  'Environment',
  'EventPattern',
  'FunctionName',
  'ManagedPolicyArns',
  'Name',
  'NotificationConfiguration',
  'Policies',
  'PolicyDocument',
  'QueueName',
  'RoleName',
  'Roles',
  'TableName',
  'TopicName',
];
/** Their contents have names of their own: variables, and what a policy or a pattern says. */
const AS_THEY_ARE = ['Variables', 'PolicyDocument', 'AssumeRolePolicyDocument', 'EventPattern'];

/**
 * Has the synth fail with a sentence for each figure above its limit, as `infra/limits/` does for cdk.json. The size of the stack is CloudFormation's
 * and the CDK's own matter, since there may be more in it than relays.
 */
export function refuseExcess(relay: IConstruct, stack: Stack, { plain, known }: Checked): void {
  if (isNamedAsInCdkJson(relay)) return;
  warnOfLongValues(relay);
  relay.node.addValidation({
    validate: () => {
      const measured = withKnown(resourcesUnder(relay, stack, plain), known);
      const all = [...measureSessions(plain), ...measureRoles(measured, plain), ...measureSettings(measured, plain)];
      return all.filter(({ figure, limit }) => figure > limit).map((each) => inProperties(mistakeOf(each).sentence));
    },
  });
}

/** With what stands in for a token in its place, so that no figure is larger than it will be. */
function withKnown<T>(value: T, known: Checked['known']): T {
  return JSON.parse(JSON.stringify(value), (_, each: unknown) =>
    typeof each === 'object' && each !== null ? (known.get(JSON.stringify(each)) ?? each) : each,
  );
}

/** The other variables take less than a quarter of what Lambda allows. */
function warnOfLongValues(relay: IConstruct): void {
  const most = Math.max(...relay.node.findAll().map((each) => deployedLengths(each)?.most ?? 0));
  if (most <= LONGEST_SURE) return;
  Annotations.of(relay).addWarningV2(
    'upload-relay:environment',
    `what only the deployment knows of the routes may take ${most.toLocaleString('en')} bytes of the functions' environment, and Lambda takes 4,096 of all variables together: if the deployment fails, give fewer tokens, or make two relays of this one.`,
  );
}

/** As much of them as `MEASURED` says. Resources tell their properties one by one. */
function resourcesUnder(relay: IConstruct, stack: Stack, { source }: RelayContext): SynthesizedStack {
  const resources = relay.node.findAll().filter((each) => each instanceof CfnResource);
  const entries = resources.map((resource): [string, Resource] => {
    const id = stack.resolve(resource.logicalId) as string;
    return [id, { Type: resource.cfnResourceType, Properties: propertiesOf(resource, stack) }];
  });
  const { account, region } = source;
  return {
    name: stack.stackName,
    account,
    region,
    template: { Resources: Object.fromEntries(entries) },
    hasBucket: true,
  };
}

function propertiesOf(resource: CfnResource, stack: Stack): Record<string, unknown> {
  const own = resource as unknown as Record<string, unknown>;
  const properties = MEASURED.flatMap((name) => {
    const value = stack.resolve(own[lowered(name)]) as unknown;
    return value === undefined ? [] : [[name, asInTemplates(value, name)] as const];
  });
  return withShortest(Object.fromEntries(properties), deployedLengths(resource));
}

/** Of what only the deployment knows, as little as it may be: more than fits is refused, and more than may fit is a warning. */
function withShortest(properties: Record<string, unknown>, lengths: Lengths | undefined): Record<string, unknown> {
  if (!lengths) return properties;
  const { Variables } = properties['Environment'] as { Variables: object };
  return {
    ...properties,
    Environment: { Variables: { ...Variables, [DEPLOYED_VARIABLE]: 'x'.repeat(lengths.least) } },
  };
}

/** The names of properties begin with a capital in templates. */
function asInTemplates(value: unknown, name: string): unknown {
  if (AS_THEY_ARE.includes(name)) return value;
  if (Array.isArray(value)) return value.map((each) => asInTemplates(each, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const raised = key.charAt(0).toUpperCase() + key.slice(1);
      return [raised, asInTemplates(each, raised)];
    }),
  );
}

function lowered(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
