import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { LocalCloud } from '../../../cloud.ts';
import { type StackInput, templateStack } from '../../../templates/assembly.ts';
import type { TemplateResource } from '../../../templates/intrinsics.ts';

export const ACCOUNT = '111111111111';
export const REGION = 'eu-west-1';

export type Resources = Record<string, object>;

/** Functions whose answer is the text after their hash: `v1` answers "v1". */
export class CodeAssets {
  readonly folders = new Map<string, string>();

  /** @param body of an async handler with `event` */
  add(hash: string, body: string): void {
    const folder = mkdtempSync(join(tmpdir(), 'asset-'));
    writeFileSync(join(folder, 'index.mjs'), `export const handler = async (event) => { ${body} };`);
    this.folders.set(hash, folder);
  }

  remove(): void {
    for (const folder of this.folders.values()) rmSync(folder, { recursive: true });
  }
}

export interface StackFixture extends Partial<StackInput> {
  outputs?: Record<string, unknown>;
  /** Further sections of the template. */
  sections?: object;
}

export function stackOf(Resources: Resources, { outputs = {}, sections, ...more }: StackFixture = {}): StackInput {
  const Outputs = Object.fromEntries(Object.entries(outputs).map(([name, Value]) => [name, { Value }]));
  const template = { Resources, Outputs, ...sections };
  return templateStack({ name: 'S', account: ACCOUNT, region: REGION, template, ...more });
}

export const queue = (QueueName: string, properties: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: { QueueName, ...properties },
});

export const lambdaRole = (...statements: object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName: 'role',
    AssumeRolePolicyDocument: {
      Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    },
    ...(statements.length > 0 && {
      Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: statements } }],
    }),
  },
});

export const allow = (Action: string | string[], Resource: unknown = '*') => ({ Effect: 'Allow', Action, Resource });

export const lambda = (hash: string, properties: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: 'f',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: { S3Bucket: 'assets', S3Key: `${hash}.zip` },
    Role: { 'Fn::GetAtt': 'Role.Arn' },
    ...properties,
  },
});

export function clientConfig(cloud: LocalCloud) {
  return {
    endpoint: cloud.url,
    region: REGION,
    maxAttempts: 1,
    credentials: cloud.operator(ACCOUNT),
    requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem }) }),
  };
}

export function withDependency(resource: object, ...DependsOn: string[]): TemplateResource {
  return { ...resource, DependsOn } as unknown as TemplateResource;
}
