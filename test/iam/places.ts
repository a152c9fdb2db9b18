import {
  type LocalCloud,
  listOf,
  type PolicyDocument,
  parseFunctionName,
  type StackInput,
  type TemplateResource,
  type TemplateValue,
} from '../../emulator/index.ts';
import type { VariedKind } from './variations.ts';

/** A policy as it was deployed, and the way to put another one in its place while everything runs. */
export interface Place {
  /** For people and for checks: `upload-relay` for what a role may, `trust of upload-relay`, `session of …`, `bucket …`, `queue …`. */
  name: string;
  kind: VariedKind;
  /** What it hangs on: a role's ARN, a bucket's name, a queue's ARN. */
  holder: string;
  document: PolicyDocument;
  replace(document: PolicyDocument): void;
}

/** Which resources a template's policy hangs on. A type that isn't here, but has statements, is refused: nothing stays unproved unseen. */
const HOLDERS: Record<string, (id: string, properties: Record<string, TemplateValue>) => TemplateValue[]> = {
  'AWS::IAM::Role': (id) => [{ Ref: id }],
  'AWS::IAM::Policy': (_, { Roles }) => Roles as TemplateValue[],
  'AWS::S3::BucketPolicy': (_, { Bucket }) => [Bucket!],
  'AWS::SQS::QueuePolicy': (_, { Queues }) => Queues as TemplateValue[],
  'AWS::SNS::TopicPolicy': (_, { Topics }) => Topics as TemplateValue[],
  'AWS::Lambda::Permission': (_, { FunctionName }) => [FunctionName!],
};

/** The name of the output in which a stack tells where its nth policy hangs. */
const OUTPUT = /^PolicyHolder(\d+)$/;

/**
 * Makes a template tell where its policies hang, once it is deployed.
 * @throws Error naming the resource whose policy can't be varied
 */
export function tellHolders({ name, template }: StackInput): void {
  const outputs = Object.entries(template.Resources)
    .flatMap(([id, resource]) => {
      const { Condition } = resource;
      return holdersOf(name, id, resource).map((Value) => ({ Value, ...(Condition !== undefined && { Condition }) }));
    })
    .map((output, index) => [`PolicyHolder${index}`, output]);
  template.Outputs = { ...template.Outputs, ...Object.fromEntries(outputs) };
}

function holdersOf(stack: string, id: string, { Type, Properties = {} }: TemplateResource): TemplateValue[] {
  const known = HOLDERS[Type];
  if (known) return known(id, Properties);
  if (!JSON.stringify(Properties).includes('"Statement":')) return [];
  throw new Error(`${stack}: nobody proves the policy of ${id}; teach test/iam/places.ts the type ${Type}.`);
}

/** All policies of a deployed stack. */
export function placesOf(cloud: LocalCloud, { name, account }: StackInput): Place[] {
  const holders = Object.entries(cloud.outputs(name, account)).filter(([output]) => OUTPUT.test(output));
  return [...new Set(holders.map(([, holder]) => holder))].flatMap((holder) => placesAt(cloud, account, holder));
}

function placesAt(cloud: LocalCloud, account: string, holder: string): Place[] {
  const role = cloud.directory.findRole(account, holder);
  if (role) return rolePlaces(cloud, role.arn);
  if (holder.startsWith('arn:aws:lambda:')) return [functionPlace(cloud, holder)];
  if (holder.startsWith('arn:aws:sns:')) {
    const topic = cloud.topics.get(holder);
    const replace = (document: PolicyDocument) => {
      topic.policy = document;
    };
    return [{ name: `topic ${lastOf(holder)}`, kind: 'resource', holder, document: topic.policy!, replace }];
  }
  const queue = cloud.sqs.queueByUrl(holder);
  if (queue?.policy) {
    const replace = (document: PolicyDocument) => {
      queue.policy = document;
    };
    return [{ name: `queue ${queue.name}`, kind: 'resource', holder: queue.arn, document: queue.policy, replace }];
  }
  const { policy } = cloud.s3.bucket(holder).settings;
  if (!policy) throw new Error(`${holder} should have a policy and has none`);
  const replace = (document: PolicyDocument) => cloud.s3.setBucketPolicy(holder, document);
  return [{ name: `bucket ${holder}`, kind: 'resource', holder, document: policy, replace }];
}

/** What AWS::Lambda::Permission resources have added to a function's own policy. */
function functionPlace(cloud: LocalCloud, holder: string): Place {
  const { account, region, name, qualifier } = parseFunctionName(holder, { account: '', region: '' });
  const { permissions } = cloud.lambda.functions.target({ account, region, name, qualifier: undefined }).function;
  const at = qualifier ?? '';
  const document: PolicyDocument = { Version: '2012-10-17', Statement: permissions.get(at)! };
  const replace = (changed: PolicyDocument) => void permissions.set(at, listOf(changed.Statement));
  return {
    name: `function ${[name, qualifier].filter(Boolean).join(':')}`,
    kind: 'resource',
    holder,
    document,
    replace,
  };
}

function lastOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

function rolePlaces({ directory }: LocalCloud, arn: string): Place[] {
  const { name, policies, trust } = directory.findRoleByArn(arn)!;
  const identity = policies.map(
    ({ name: policyName, document }): Place => ({
      name,
      kind: 'identity',
      holder: arn,
      document,
      replace: (changed) => directory.putRolePolicy(arn, { name: policyName, document: changed }),
    }),
  );
  const replace = (changed: PolicyDocument) => directory.replaceTrust(arn, changed);
  return [...identity, { name: `trust of ${name}`, kind: 'trust', holder: arn, document: trust, replace }];
}
