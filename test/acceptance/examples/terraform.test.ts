/** examples/terraform: there is no Terraform here, so what it would ask CloudFormation for is read from the HCL, and asked for. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import hcl from 'hcl2-parser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Template } from '../../../emulator/index.ts';
import { askCloudFormation, settledStack, stackRequest } from '../../support/cloudformation.ts';
import { type SourceFirst, startSourceFirst } from '../../support/source-first.ts';
import { closeSound, eventually, SOURCE_BUCKET } from '../../support/two-accounts.ts';

const FOLDER = new URL('../../../examples/terraform/', import.meta.url);

interface Hcl {
  variable: Record<string, [{ default?: string }]>;
  resource: { aws_cloudformation_stack: Record<string, [StackBlock]> };
  output: Record<string, [{ value: string }]>;
}
interface StackBlock {
  name: string;
  template_body: string;
  capabilities: string[];
  parameters: Record<string, string>;
}

const [{ variable, resource, output }] = hcl.parseToObject(readFileSync(new URL('main.tf', FOLDER), 'utf8')) as [Hcl];
const [stack] = resource.aws_cloudformation_stack['destination']!;
/** As Terraform puts the variables in. */
const filledIn = (text: string) => text.replace(/var\.(\w+)/g, (_, name: string) => variable[name]![0].default!);
const parameters = Object.fromEntries(
  Object.entries(stack.parameters).map(([name, value]) => [name, filledIn(value).replace(/^\$\{(.*)\}$/, '$1')]),
);
const file = /^\$\{file\((.*)\)\}$/.exec(filledIn(stack.template_body))![1]!;
const template = readFileSync(fileURLToPath(new URL(file, FOLDER)), 'utf8');

describe('the HCL around the template', () => {
  let world: SourceFirst;

  beforeAll(async () => {
    world = await startSourceFirst(() => {});
  });
  afterAll(() => closeSound(world));

  test('gives parameters that the template has, all that have no default, and no capability more than it needs', () => {
    const { Parameters = {}, Outputs = {} } = JSON.parse(template) as Template;
    const demanded = Object.entries(Parameters).filter(([, { Default }]) => Default === undefined);
    expect(Object.keys(Parameters)).toEqual(expect.arrayContaining(Object.keys(parameters)));
    expect(Object.keys(parameters)).toEqual(expect.arrayContaining(demanded.map(([name]) => name)));
    expect(stack.capabilities).toEqual(['CAPABILITY_NAMED_IAM']);
    const read = Object.values(output).map(([{ value }]) => /outputs\["(\w+)"\]/.exec(value)![1]);
    expect(Object.keys(Outputs)).toEqual(expect.arrayContaining(read));
  });

  test('makes a side that the relay of cdk.json delivers into', async () => {
    await askCloudFormation(world.b, 'CreateStack', stackRequest(stack.name, template, parameters));
    const { Bucket } = await settledStack(world.b, stack.name);
    await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'by-terraform.txt', Body: 'carried' }));
    const there = { Bucket, Key: `${parameters['Prefix']}by-terraform.txt` };
    const { Body } = await eventually(() => world.b.s3.send(new GetObjectCommand(there)));
    expect(await Body?.transformToString()).toBe('carried');
  });
});
