import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../infra/config/config.ts';
import type { PullingRouteContext } from '../../infra/config/relay-context.ts';
import { type RolePolicies, readerPolicies, relayPolicies, writerPolicies } from '../../infra/statements.ts';
import { committedContext, pullingRoute, templatesOf } from '../support/stacks.ts';

const KEY = (account: string) => `arn:aws:kms:us-east-1:${account}:key/11111111-1111-1111-1111-111111111111`;

function richContext() {
  const context = committedContext();
  const [main] = context.routes;
  main!['copyTags'] = true;
  main!.destination['kmsKeyArn'] = KEY('222222222222');
  context.source['kmsKeyArn'] = KEY('111111111111');
  context.routes.push(pullingRoute({ filter: { prefix: 'data/' }, pull: { kmsKeyArn: KEY('333333333333') } }));
  return context;
}

const context = richContext();
const config = parseConfig(context);
const { source, destinations, readers } = templatesOf(context);

interface Role {
  AssumeRolePolicyDocument: { Statement: object[] };
  Policies: { PolicyDocument: { Statement: object[] } }[];
}

function roleIn(template: Template, RoleName: string): Role {
  const [found] = Object.values(template.findResources('AWS::IAM::Role', { Properties: { RoleName } }));
  return found!['Properties'];
}

/** Without the names of statements, which change nothing. */
const plain = (statements: object[]) => statements.map(({ Sid: _, ...rest }: { Sid?: string }) => rest);

/** The CDK writes a list of one as a text. */
const listed = (statements: { Action?: unknown; Resource?: unknown }[]) =>
  statements.map((each) => ({ ...each, Action: [each.Action].flat(), Resource: [each.Resource].flat() }));

describe('what is printed for those who make roles by other means', () => {
  const main = config.routes.find(({ name }) => name === 'main')!;
  const customer = config.routes.find(({ name }) => name === 'customer') as PullingRouteContext;

  test.each<[string, RolePolicies, Template, string]>([
    ['writer', writerPolicies(config, main), destinations[0]!, 'upload-relay-writer'],
    ['writer of a pulling route', writerPolicies(config, customer), destinations[0]!, 'upload-relay-customer-writer'],
    ['reader', readerPolicies(config, customer), readers[0]!, 'upload-relay-reader'],
  ])('is the %s role of the stacks', (_, { roleArn, trust, policy }, template, name) => {
    const role = roleIn(template, name);
    expect(roleArn).toMatch(new RegExp(`:role/${name}$`));
    // The CDK writes the root of an account with the partition of the stack.
    const written = JSON.parse(
      JSON.stringify(role).replaceAll(
        /\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},"([^"]+)"\]\]\}/g,
        '"arn:aws$1"',
      ),
    ) as Role;
    expect(plain(trust.Statement)).toEqual(written.AssumeRolePolicyDocument.Statement);
    expect(policy.Statement).toEqual(written.Policies[0]!.PolicyDocument.Statement);
  });

  test('says of the relay’s role what the source stack grants it in buckets and in other accounts', () => {
    const { roleArn, policy } = relayPolicies(config);
    expect(roleArn).toBe('arn:aws:iam::111111111111:role/upload-relay');
    const granted = Object.values(source.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) =>
      listed(Properties['PolicyDocument']['Statement']),
    );
    const [assume] = policy.Statement.slice(-1);
    expect(granted).toEqual(expect.arrayContaining(listed(policy.Statement.slice(0, -1))));
    expect(assume!.Resource).toEqual([
      'arn:aws:iam::222222222222:role/upload-relay-customer-writer',
      'arn:aws:iam::222222222222:role/upload-relay-writer',
      'arn:aws:iam::333333333333:role/upload-relay-reader',
    ]);
  });
});
