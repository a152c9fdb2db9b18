import type { StackInput } from '../../emulator/index.ts';
import { type CheckLine, isOpen } from '../../functions/check/line.ts';
import type { CheckAnswer } from '../../functions/handlers/check.ts';
import { startTwoAccounts, type TwoAccounts, type TwoAccountsOptions } from './two-accounts.ts';

/** What the check, run as the relay, says of two accounts. */
export async function check(world: TwoAccounts): Promise<CheckAnswer> {
  const { payload, functionError } = await world.invoke({}, 'upload-relay-check');
  if (functionError) throw new Error(JSON.stringify(payload));
  return payload as CheckAnswer;
}

/** The same of two accounts that are up for this question only. */
export async function checkOnce(options: TwoAccountsOptions): Promise<CheckAnswer> {
  const world = await startTwoAccounts(options);
  try {
    return await check(world);
  } finally {
    await world.close();
  }
}

/** What keeps a check from passing. */
export function failedLines({ lines }: CheckAnswer): CheckLine[] {
  return lines.filter(isOpen);
}

export function namesOf(lines: readonly CheckLine[]): string[] {
  return lines.map((line) => line.check);
}

// biome-ignore lint/suspicious/noExplicitAny: properties of templates, which each test knows the shape of
type Properties = any;

/** The properties of the one resource of a type in a stack, to be changed before it is deployed. */
export function propertiesOf(stacks: StackInput[], stack: 'source' | 'destination', type: string): Properties {
  const { template } = stacks.find(({ name }) => name === `upload-relay-${stack}`)!;
  const found = Object.values(template.Resources).filter(({ Type }) => Type === type);
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type} in the ${stack} stack`);
  return found[0]!.Properties;
}

export function writerStatements(stacks: StackInput[]): Properties[] {
  return propertiesOf(stacks, 'destination', 'AWS::IAM::Role').Policies[0].PolicyDocument.Statement;
}

export function writerTrust(stacks: StackInput[]): Properties {
  return propertiesOf(stacks, 'destination', 'AWS::IAM::Role').AssumeRolePolicyDocument.Statement[0];
}

export function bucketStatements(stacks: StackInput[]): Properties[] {
  return propertiesOf(stacks, 'destination', 'AWS::S3::BucketPolicy').PolicyDocument.Statement;
}
