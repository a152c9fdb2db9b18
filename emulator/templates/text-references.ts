/**
 * Where one resource of a template speaks of another by text alone. CloudFormation sees no dependency in equal text, so
 * whatever is said so may be said before the other exists.
 */
import type { Template, TemplateResource, TemplateValue } from './intrinsics.ts';

export interface TextReference {
  from: string;
  /** Of the property, without the numbers of list items: `Properties.PolicyDocument.Statement.Resource`. */
  path: string;
  to: string;
  text: string;
}

/** The property that gives a type's resources their name, and what precedes the name in an ARN. */
const NAMES: Record<string, { property: string; arn?: RegExp }> = {
  'AWS::S3::Bucket': { property: 'BucketName', arn: /^arn:[^:]*:s3:::$/ },
  'AWS::SQS::Queue': { property: 'QueueName', arn: /^arn:[^:]*:sqs:[^:]*:[^:]*:$/ },
  'AWS::SNS::Topic': { property: 'TopicName', arn: /^arn:[^:]*:sns:[^:]*:[^:]*:$/ },
  'AWS::IAM::Role': { property: 'RoleName', arn: /^arn:[^:]*:iam::[^:]*:role\/(.*\/)?$/ },
  'AWS::IAM::User': { property: 'UserName', arn: /^arn:[^:]*:iam::[^:]*:user\/(.*\/)?$/ },
  'AWS::IAM::ManagedPolicy': { property: 'ManagedPolicyName', arn: /^arn:[^:]*:iam::[^:]*:policy\/(.*\/)?$/ },
  'AWS::DynamoDB::Table': { property: 'TableName', arn: /^arn:[^:]*:dynamodb:[^:]*:[^:]*:table\/$/ },
  'AWS::Lambda::Function': { property: 'FunctionName', arn: /^arn:[^:]*:lambda:[^:]*:[^:]*:function:$/ },
  'AWS::Lambda::Alias': { property: 'Name' },
  'AWS::Logs::LogGroup': { property: 'LogGroupName', arn: /^arn:[^:]*:logs:[^:]*:[^:]*:log-group:$/ },
  'AWS::Events::Rule': { property: 'Name', arn: /^arn:[^:]*:events:[^:]*:[^:]*:rule\/$/ },
  'AWS::Scheduler::ScheduleGroup': { property: 'Name', arn: /^arn:[^:]*:scheduler:[^:]*:[^:]*:schedule-group\/$/ },
  'AWS::Scheduler::Schedule': { property: 'Name', arn: /^arn:[^:]*:scheduler:[^:]*:[^:]*:schedule\/[^/]*\/$/ },
  'AWS::CloudWatch::Alarm': { property: 'AlarmName', arn: /^arn:[^:]*:cloudwatch:[^:]*:[^:]*:alarm:$/ },
  'AWS::CloudWatch::Dashboard': { property: 'DashboardName', arn: /^arn:[^:]*:cloudwatch::[^:]*:dashboard\/$/ },
  'AWS::KMS::Alias': { property: 'AliasName', arn: /^arn:[^:]*:kms:[^:]*:[^:]*:$/ },
};

/** Properties whose bare text is the name of one kind of resource only. */
const KINDS: Record<string, string> = {
  FunctionName: 'AWS::Lambda::Function',
  Qualifier: 'AWS::Lambda::Alias',
  GroupName: 'AWS::Scheduler::ScheduleGroup',
  Bucket: 'AWS::S3::Bucket',
  Roles: 'AWS::IAM::Role',
  Users: 'AWS::IAM::User',
};

/** What stands in the place of an intrinsic within a text that is put together: no name has it. */
const UNKNOWN = '\u0000';
const PART_OF_A_NAME = /[\w-]/;

type Properties = NonNullable<TemplateResource['Properties']>;

/** Every mention of another resource's literal name, whether or not it depends on it too. */
export function textReferences(template: Template): TextReference[] {
  const names = namesIn(template);
  return Object.entries(template.Resources).flatMap(([from, { Type, Properties }]) => {
    const own = NAMES[Type] && `Properties.${NAMES[Type].property}`;
    const beside = functionOf(Properties, template);
    return literals(Properties ?? null, 'Properties')
      .filter(({ path }) => path !== own)
      .flatMap(({ path, text }) => {
        const kind = KINDS[path.split('.').at(-1)!];
        const isNamed = ({ id, type, name, arn, of }: Name) =>
          id !== from && mentions(text, name, arn, (kind ?? type) === type && (of === undefined || of === beside));
        return names.filter(isNamed).map(({ id }) => ({ from, path, to: id, text }));
      });
  });
}

interface Name {
  id: string;
  type: string;
  name: string;
  arn: RegExp;
  /** The function whose alias it is: the name says nothing without that. */
  of?: string | undefined;
}

/** Of the resources that the template names itself. */
function namesIn(template: Template): Name[] {
  return Object.entries(template.Resources).flatMap(([id, { Type: type, Properties }]) => {
    const kind = NAMES[type];
    const name = kind && Properties?.[kind.property];
    if (!kind || typeof name !== 'string') return [];
    if (kind.arn) return [{ id, type, name, arn: kind.arn }];
    const of = functionOf(Properties, template);
    return [{ id, type, name, of, arn: new RegExp(`^arn:[^:]*:lambda:[^:]*:[^:]*:function:${of}:$`) }];
  });
}

/** The name of the function that a resource belongs to; its logical id where the template doesn't name it. */
function functionOf(properties: Properties | undefined, template: Template): string | undefined {
  const name = properties?.['FunctionName'];
  if (name === undefined || name === null || typeof name !== 'object' || Array.isArray(name)) return name?.toString();
  const id = String(name['Ref'] ?? [name['Fn::GetAtt']].flat()[0]);
  return String(template.Resources[id]?.Properties?.['FunctionName'] ?? id);
}

/**
 * A name within an ARN counts for the ARN's own kind of resource only; elsewhere for every kind.
 * @param counts whether it counts outside of an ARN at all
 */
function mentions(text: string, name: string, arn: RegExp, counts: boolean): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const [before = '', after = ''] = [text[at - 1], text[at + name.length]];
    if (PART_OF_A_NAME.test(before) || PART_OF_A_NAME.test(after)) continue;
    const start = text.slice(0, at);
    const ownArn = /arn:[^\s"',]*$/.exec(start)?.[0];
    if (ownArn === undefined ? counts : arn.test(ownArn)) return true;
  }
  return false;
}

/** The texts of a value; one that is joined of several counts as one, with its unknown parts left open. */
function literals(value: TemplateValue, path: string): { path: string; text: string }[] {
  const whole = flattened(value);
  if (whole !== undefined) return [{ path, text: whole }];
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap((item) => literals(item, path));
  return Object.entries(value).flatMap(([name, child]) => {
    if (name === 'Ref' || name === 'Fn::GetAtt') return [];
    return literals(child, name.startsWith('Fn::') ? path : `${path}.${name}`);
  });
}

function flattened(value: TemplateValue): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  if ('Fn::Sub' in value) {
    const [text] = [value['Fn::Sub']!].flat();
    return String(text).replace(/\$\{[^}]*\}/g, UNKNOWN);
  }
  const join = value['Fn::Join'];
  if (!Array.isArray(join) || !Array.isArray(join[1])) return undefined;
  return join[1].map((part) => flattened(part) ?? UNKNOWN).join(String(join[0]));
}
