/** Measures a stack against CloudFormation's limits. */
import { createRequire } from 'node:module';
import type { RelayContext } from '../config/relay-context.ts';
import { type Cause, type Measurement, replaysCause, routesCause } from './measurement.ts';
import { resourcesOf, type SynthesizedStack, type Template } from './template.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html; a megabyte is read in its smaller sense. */
const RESOURCES = 500;
const OUTPUTS = 200;
const BYTES = 1_000_000;
/** Of a template in the request itself. */
const BYTES_SENT = 51_200;

/** The library that the CDK's command line renders templates with, as aws-cdk-lib brings it along. */
const yaml = createRequire(import.meta.resolve('aws-cdk-lib'))('yaml') as {
  stringify: (value: unknown, options: object) => string;
  scalarOptions: { str: { fold: { lineWidth: number } } };
};

export function measureStack(stack: SynthesizedStack, config: RelayContext): Measurement[] {
  const { Resources, Outputs = {} } = stack.template;
  const common = { cause: causeOf(stack, config), service: 'CloudFormation' };
  const what = `the stack "${stack.name}"`;
  const bytes = sentBytes(stack);
  return [
    { ...common, what, figure: Object.keys(Resources).length, unit: 'resources', limit: RESOURCES },
    { ...common, what, figure: Object.keys(Outputs).length, unit: 'outputs', limit: OUTPUTS },
    stack.hasBucket
      ? { ...common, what: `the template of ${what}`, figure: bytes, unit: 'bytes', limit: BYTES }
      : {
          ...common,
          what: `the template of ${what}, sent without a bucket,`,
          figure: bytes,
          unit: 'bytes',
          limit: BYTES_SENT,
        },
  ];
}

/** The field that causes most of the resources: replays where most are schedules, else routes. */
function causeOf(stack: SynthesizedStack, config: RelayContext): Cause {
  const schedules = resourcesOf(stack, 'AWS::Scheduler::Schedule').length;
  return schedules > Object.keys(stack.template.Resources).length / 2 ? replaysCause(config) : routesCause(config);
}

/** The other accounts' stacks need no `cdk bootstrap` as long as their template is small: docs/decisions/0003. */
export function bucketNotes(stacks: readonly SynthesizedStack[], { source }: RelayContext): string[] {
  return stacks
    .filter(({ hasBucket, account, region }) => hasBucket && !(account === source.account && region === source.region))
    .map(
      ({ name, account, region }) =>
        `The template of the stack "${name}" is too large to be sent as it is, so it travels through a bucket: run "npx cdk bootstrap aws://${account}/${region}" once in that account.`,
    );
}

/** As `cdk deploy` sends it: the file as it was synthesized through a bucket, else as YAML in the request. */
function sentBytes({ template, hasBucket }: SynthesizedStack): number {
  return Buffer.byteLength(hasBucket ? JSON.stringify(template, undefined, 1) : asYaml(template));
}

export function asYaml(template: Template): string {
  yaml.scalarOptions.str.fold.lineWidth = 0;
  return yaml.stringify(template, { schema: 'yaml-1.1' });
}
