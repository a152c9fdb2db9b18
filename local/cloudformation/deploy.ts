/** Deploys a template: every resource in order, each property known or refused. */
import { z } from 'zod';
import type { StackInput } from '../assembly.ts';
import {
  conditionHolds,
  type ResourceAnswers,
  resolve,
  type Scope,
  type Template,
  type TemplateResource,
} from './intrinsics.ts';
import { deployOrder } from './order.ts';
import { type CloudServices, harmless, type ResourceType, resourceType } from './resource-type.ts';
import { cloudWatchTypes } from './types/cloudwatch.ts';
import { dynamoDbTypes } from './types/dynamodb.ts';
import { iamTypes } from './types/iam.ts';
import { kmsTypes } from './types/kms.ts';
import { lambdaTypes } from './types/lambda.ts';
import { logsAndEventsTypes } from './types/logs-and-events.ts';
import { s3Types } from './types/s3.ts';
import { schedulerTypes } from './types/scheduler.ts';
import { sqsTypes } from './types/sqs.ts';

const metadata = z.strictObject({ Analytics: harmless('the CDK counts its constructs with it') });

const resourceTypes: Record<string, ResourceType> = {
  ...s3Types,
  ...sqsTypes,
  ...iamTypes,
  ...lambdaTypes,
  ...logsAndEventsTypes,
  ...cloudWatchTypes,
  ...kmsTypes,
  ...dynamoDbTypes,
  ...schedulerTypes,
  'AWS::CDK::Metadata': resourceType(metadata, () => ({ ref: 'metadata', attributes: {} })),
};

/** `Rules` holds the CDK's check of its bootstrap version; the others describe. */
const TEMPLATE_SECTIONS =
  'AWSTemplateFormatVersion Description Metadata Parameters Rules Mappings Conditions Resources Outputs'.split(' ');
/** What becomes of a resource that is removed or replaced doesn't matter: neither happens here. */
const RESOURCE_KEYS = 'Type Properties DependsOn Condition Metadata DeletionPolicy UpdateReplacePolicy'.split(' ');

export class DeploymentError extends Error {
  readonly stackName: string;

  constructor(stackName: string, place: string, problem: string, cause?: unknown) {
    super(`Stack ${stackName}, ${place}: ${problem}`, { cause });
    this.name = 'DeploymentError';
    this.stackName = stackName;
  }
}

/**
 * @returns the stack's outputs
 * @throws DeploymentError naming stack, resource, type and property. What was made before it stays: nothing is rolled back.
 */
export async function deployStack(stack: StackInput, services: CloudServices): Promise<Record<string, string>> {
  const { name: stackName, account, region, template, parameters, assets } = stack;
  refuseUnknown(Object.keys(template), TEMPLATE_SECTIONS, stackName, 'the template');
  const resources = new Map<string, ResourceAnswers>();
  const scope: Scope = { account, region, stackName, template, parameters, resources };

  for (const logicalId of inStack(stackName, 'the template', () => deployOrder(template, wanted(scope)))) {
    const resource = template.Resources[logicalId]!;
    const place = `resource ${logicalId} (${resource.Type})`;
    refuseUnknown(Object.keys(resource), RESOURCE_KEYS, stackName, place);
    const type = resourceTypes[resource.Type];
    if (!type) throw new DeploymentError(stackName, place, 'this type of resource is not supported');
    const properties = propertiesOf(logicalId, resource, type, scope, place);
    const context = { services, account, region, stackName, logicalId, assets };
    try {
      resources.set(logicalId, await type.create(properties as never, context));
    } catch (error) {
      throw new DeploymentError(stackName, place, (error as Error).message, error);
    }
  }
  return inStack(stackName, 'the outputs', () => outputsOf(template, scope));
}

function propertiesOf(logicalId: string, resource: TemplateResource, type: ResourceType, scope: Scope, place: string) {
  const { stackName } = scope;
  const path = `Resources.${logicalId}.Properties`;
  const resolved = inStack(stackName, place, () => resolve(resource.Properties ?? {}, scope, path));
  const parsed = type.schema.safeParse(resolved);
  if (parsed.success) return parsed.data;
  throw new DeploymentError(stackName, place, parsed.error.issues.map(describeIssue).join('; '));
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') return `property ${path}: ${issue.message}`;
  return issue.keys.map((key) => `property ${path ? `${path}.` : ''}${key} is not supported`).join('; ');
}

/** The resources whose condition holds, or that have none. */
function wanted(scope: Scope): string[] {
  return Object.entries(scope.template.Resources)
    .filter(([id, { Condition }]) => Condition === undefined || conditionHolds(Condition, scope, `Resources.${id}`))
    .map(([id]) => id);
}

function outputsOf(template: Template, scope: Scope): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [name, { Value, Condition }] of Object.entries(template.Outputs ?? {})) {
    const path = `Outputs.${name}`;
    if (Condition !== undefined && !conditionHolds(Condition, scope, path)) continue;
    const value = resolve(Value, scope, `${path}.Value`);
    outputs[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return outputs;
}

function refuseUnknown(keys: string[], known: readonly string[], stackName: string, place: string): void {
  const unknown = keys.find((key) => !known.includes(key));
  if (unknown !== undefined) throw new DeploymentError(stackName, place, `${unknown} is not supported`);
}

function inStack<T>(stackName: string, place: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    throw new DeploymentError(stackName, place, (error as Error).message, error);
  }
}
