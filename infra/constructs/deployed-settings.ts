/** Settings that only the deployment knows: tokens of the CDK, which no file can hold. */
import { Stack, Token } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { DEPLOYED_VARIABLE } from '../../functions/core/deployed-settings.ts';
import { tokenParts } from './token-parts.ts';

/** Settings as the file has them, and what the deployment puts into them. */
export interface SplitSettings {
  /** Without tokens: `functions/core/deployed-settings.ts` says what takes their place. */
  settings: object;
  /** Each token once. */
  values: DeployedValue[];
}

export interface DeployedValue {
  token: string;
  /** The name of the first setting that is this value and nothing else. */
  field: string | undefined;
}

/** How long the value of a setting may be, and at least: what AWS takes. */
const CHARACTERS: Record<string, [least: number, most: number]> = {
  account: [12, 12],
  sourceAccount: [12, 12],
  region: [9, 16],
  bucket: [3, 63],
  sourceBucket: [3, 63],
  kmsKeyArn: [76, 110],
  externalId: [2, 1224],
  domainSuffix: [12, 24],
};
/** A part of an ARN, such as its partition. */
const PART_CHARACTERS = [2, 64] as const;
/** `,\"\"`, as Lambda counts it: the variable stands in JSON. */
const FRAME_CHARACTERS = 5;

/** Each token is a value of its own however often it occurs, so that a relay with many routes has room in Lambda's environment. */
export function splitSettings(settings: object): SplitSettings {
  const values: DeployedValue[] = [];
  const placeOf = (token: string, field: string | undefined): number => {
    const index = values.findIndex((value) => value.token === token);
    if (index === -1) return values.push({ token, field }) - 1;
    values[index]!.field ??= field;
    return index;
  };
  const split = (value: unknown, name: string): unknown => {
    if (typeof value === 'string') {
      if (!Token.isUnresolved(value)) return value;
      const parts = tokenParts(value);
      const field = parts.length === 1 ? name : undefined;
      return { deployed: parts.map((part) => (Token.isUnresolved(part) ? placeOf(part, field) : part)) };
    }
    if (Array.isArray(value)) return value.map((each) => split(each, name));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, split(each, key)]));
  };
  const file = split(settings, '') as object;
  return { settings: values.length === 0 ? file : { ...file, deployedValues: values.length }, values };
}

/** How long a text is at least, and at most. */
export interface Lengths {
  least: number;
  most: number;
}

/** Of the variable, by the resource of its function. */
const LENGTHS = new WeakMap<IConstruct, Lengths>();

/** The variable takes its share of the 4,096 bytes that all variables of a function have together. */
export function addDeployedValues(code: LambdaFunction, values: readonly DeployedValue[]): void {
  if (values.length === 0) return;
  const tokens = values.map(({ token }) => token);
  code.addEnvironment(DEPLOYED_VARIABLE, Stack.of(code).toJsonString(tokens));
  LENGTHS.set(code.node.defaultChild!, lengthOf(values));
}

/** How long the variable of a function is; undefined if it has none. */
export function deployedLengths(resource: IConstruct): Lengths | undefined {
  return LENGTHS.get(resource);
}

function lengthOf(values: readonly DeployedValue[]): Lengths {
  const lengths = values.map(({ field }) =>
    field === undefined ? PART_CHARACTERS : (CHARACTERS[field] ?? PART_CHARACTERS),
  );
  const sum = (index: 0 | 1) => lengths.reduce((total, each) => total + each[index] + FRAME_CHARACTERS, 0);
  return { least: sum(0), most: sum(1) };
}
