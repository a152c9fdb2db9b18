import { expect, test } from 'vitest';
import { dependencyGraph, type Graph, type Template, textReferences } from '../../emulator/index.ts';
import { committedContext, pullingRoute, templatesOf } from '../support/stacks.ts';

const key = (account: string) => `arn:aws:kms:us-east-1:${account}:key/11111111-2222-3333-4444-555555555555`;
const { source, routes } = committedContext();
const everything = {
  replays: [{ name: 'nightly', schedule: 'cron(0 3 * * ? *)', prefix: '' }],
  batchOperations: { bucket: 'manifests-111111111111' },
  alarmEmail: 'on-call@example.com',
};

const configurations: Record<string, unknown> = {
  committed: committedContext(),
  'all that is optional': { ...committedContext(), relay: everything },
  'a bucket that is there already': { ...committedContext(), source: { ...source, existingBucket: true } },
  'keys on both sides': {
    source: { ...source, kmsKeyArn: key('111111111111') },
    routes: routes.map((route) => ({
      ...route,
      destination: { ...route.destination, kmsKeyArn: key('222222222222') },
    })),
  },
  pull: { ...committedContext(), routes: [...routes, pullingRoute()] },
};

/** Where a resource may speak of another without waiting for it, by type and property, and why nothing is refused for it. */
const ALLOWED: Record<string, string> = {
  'AWS::IAM::Policy Properties.PolicyDocument.Statement.Resource':
    'A statement may name what is not there yet; the role exists before what it may use.',
  'AWS::IAM::Policy Properties.PolicyDocument.Statement.Condition.StringEquals.events:source':
    'The source of the relay’s own events is a text; that a function is called the same means nothing.',
  'AWS::IAM::Role Properties.Policies.PolicyDocument.Statement.Resource': 'A statement may name what is not there yet.',
  'AWS::IAM::Policy Properties.PolicyDocument.Statement.Condition.StringLike.kms:EncryptionContext:aws:s3:arn':
    'A condition is compared when S3 asks for the key: the bucket is there then.',
  'AWS::IAM::Role Properties.Policies.PolicyDocument.Statement.Condition.StringLike.kms:EncryptionContext:aws:s3:arn':
    'A condition is compared when S3 asks for the key: the bucket is there then.',
  'AWS::IAM::Role Properties.AssumeRolePolicyDocument.Statement.Condition.ArnEquals.aws:SourceArn':
    'A condition is compared when somebody assumes the role: it may name a group that is made later.',
  'AWS::SQS::QueuePolicy Properties.PolicyDocument.Statement.Condition.ArnEquals.aws:SourceArn':
    'The bucket waits for the policy that lets it send, so the policy has to name the bucket first.',
  'AWS::IAM::Policy Properties.PolicyDocument.Statement.Condition.StringEquals.s3:prefix':
    'The prefix of the canaries’ keys is a text; that an alarm is called alike means nothing.',
  'AWS::S3::Bucket Properties.LifecycleConfiguration.Rules.Prefix':
    'The prefix of the canaries’ keys is a text; that an alarm is called alike means nothing.',
  'AWS::CloudWatch::Alarm Properties.Dimensions.Value':
    'A metric goes by names, whether or not anything of that name is there.',
  'AWS::CloudWatch::Dashboard Properties.DashboardBody': 'A dashboard shows names, whether or not anything is there.',
};

function resourcesOf(context: unknown): Template[] {
  const { source, destinations, readers } = templatesOf(context);
  return [source, ...destinations, ...readers].map((template) => template.toJSON() as Template);
}

function waitsFor(graph: Graph, from: string, to: string): boolean {
  const visited = new Set<string>();
  const visit = (id: string): boolean => {
    if (visited.has(id)) return false;
    visited.add(id);
    return [...graph.get(id)!].some((dependency) => dependency === to || visit(dependency));
  };
  return visit(from);
}

/** `<type> <property>` of every mention that nothing orders, with an example. */
function unordered(template: Template): Map<string, string> {
  const graph = dependencyGraph(template, Object.keys(template.Resources));
  const places = new Map<string, string>();
  for (const { from, path, to, text } of textReferences(template)) {
    if (waitsFor(graph, from, to)) continue;
    places.set(`${template.Resources[from]!.Type} ${path}`, `${from} speaks of ${to}: ${text.slice(0, 200)}`);
  }
  return places;
}

const found = Object.entries(configurations).map(
  ([name, context]) => [name, resourcesOf(context).map(unordered)] as const,
);

test.each(found)('with %s, no resource speaks of another by text alone but where that is known', (_, templates) => {
  const unexpected = templates.flatMap((places) => [...places].filter(([place]) => !(place in ALLOWED)));
  expect(unexpected).toEqual([]);
});

test('every place that is allowed is used', () => {
  const places = new Set(found.flatMap(([, templates]) => templates.flatMap((each) => [...each.keys()])));
  expect(Object.keys(ALLOWED).filter((place) => !places.has(place))).toEqual([]);
});

/** The functions' settings lie beside their code, where no template shows what they name. */
test('messages come only when the functions are there that large objects need', () => {
  const [template] = resourcesOf(committedContext());
  const { Resources } = template!;
  const graph = dependencyGraph(template!, Object.keys(Resources));
  const idOf = (type: string, functionName?: string) =>
    Object.keys(Resources).find((id) => {
      const { Type, Properties } = Resources[id]!;
      return Type === type && (functionName === undefined || Properties?.['FunctionName'] === functionName);
    })!;
  const mapping = idOf('AWS::Lambda::EventSourceMapping');
  const large = idOf('AWS::Lambda::Function', 'upload-relay-large');
  const alias = Object.keys(Resources).find(
    (id) => Resources[id]!.Type === 'AWS::Lambda::Alias' && waitsFor(graph, id, large),
  )!;
  expect(waitsFor(graph, mapping, alias)).toBe(true);
  expect(waitsFor(graph, mapping, idOf('AWS::Lambda::Function', 'upload-relay-part'))).toBe(true);
});
