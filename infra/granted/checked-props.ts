/** Checks the props of a construct by the rules of cdk.json, and names the prop. */
import { CfnParameter, Stack, Token } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import * as z from 'zod';
import { whyNoKeyOf } from '../config/arn-regions.ts';
import { closerLook, wordsFor } from '../config/explain-issue.ts';
import { isWhat } from '../config/mistakes.ts';
import { orEmpty } from './patterns.ts';

/** Of a construct, for errors: `UploadDestination "Stack/FromA"`. */
export interface Checked {
  construct: Construct;
  kind: string;
}

/**
 * Tokens pass: CloudFormation knows them.
 * @throws Error that names the construct, the prop and its value
 */
export function requireProps(checked: Checked, shape: Record<string, z.ZodType>, props: object): void {
  const known = Object.entries(props).filter(([, value]) => value !== undefined && !Token.isUnresolved(value));
  const tokens = Object.keys(props).filter((name) => Token.isUnresolved(props[name as never]));
  const schema = z.object(Object.fromEntries(Object.entries(shape).filter(([name]) => !tokens.includes(name))));
  const { error } = schema.safeParse(Object.fromEntries(known), { error: wordsFor });
  const [issue] = closerLook(error?.issues ?? []);
  if (issue) throw refused(checked, String(issue.path[0]), props[issue.path[0] as never], issue.message);
}

/**
 * A prop that stands in a policy where `*` would be a wildcard: a token could hold anything, unless a parameter of the template keeps
 * wildcards out.
 * @param pattern what a parameter must have as its `allowedPattern`
 */
export function requireKnown(checked: Checked, prop: string, value: string | undefined, pattern: string): void {
  if (!Token.isUnresolved(value)) return;
  const stack = Stack.of(checked.construct);
  const { Ref } = stack.resolve(value) as { Ref?: string };
  const parameter = stack.node
    .findAll()
    .find((each) => each instanceof CfnParameter && stack.resolve(each.logicalId) === Ref);
  const allowed = (parameter as CfnParameter | undefined)?.allowedPattern;
  if (allowed === pattern || allowed === orEmpty(pattern)) return;
  const why = `is a token, and what it will be can't be looked at: it stands in policies, where a wildcard would let more through. Give a text, or a CfnParameter whose allowedPattern is ${JSON.stringify(pattern)}`;
  throw new Error(`${saidBy(checked)}: prop "${prop}" ${why}.`);
}

/** Where the app knows both, the key must be in the region of the stack, as the bucket is. @throws Error that names the prop */
export function requireKeyHere(checked: Checked, key: IKey | undefined): void {
  const { region } = Stack.of(checked.construct);
  if (key === undefined || Token.isUnresolved(key.keyArn) || Token.isUnresolved(region)) return;
  const why = whyNoKeyOf(key.keyArn, region);
  if (why !== undefined) throw refused(checked, 'encryptionKey', key.keyArn, why);
}

export function refused(checked: Checked, prop: string, value: unknown, why: string): Error {
  return new Error(`${saidBy(checked)}: prop "${prop}" ${isWhat(value)}: ${why}.`);
}

export function saidBy({ kind, construct }: Checked): string {
  return `${kind} "${construct.node.path}"`;
}
