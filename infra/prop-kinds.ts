/** What kind each property of a construct is: types tell most people, but not those who write JavaScript. */
import { Token } from 'aws-cdk-lib';
import type { IAlias, IKey } from 'aws-cdk-lib/aws-kms';
import { didYouMean } from './config/did-you-mean.ts';
import { ConfigError, isWhat } from './config/mistakes.ts';

/** What a value must be, and what is said of another one. */
export interface Kind {
  is: (value: unknown) => boolean;
  what: string;
}

/** All properties; the compiler says when one is left out. */
export type Kinds<Props> = Record<keyof Required<Props>, Kind>;

/** By a member, since an app may have several copies of aws-cdk-lib. */
function having(member: string, what: string): Kind {
  return { is: (value) => isObject(value) && member in value, what };
}

/** The rules for cdk.json look at it. */
export const CHECKED_LATER: Kind = { is: () => true, what: '' };
export const DURATION = having('toSeconds', 'a Duration');
export const SIZE = having('toMebibytes', 'a Size');
export const BUCKET = having('bucketArn', 'a bucket: for an existing one Bucket.fromBucketName');
export const TOPIC = having('topicArn', 'a topic: for an existing one Topic.fromTopicArn');
export const MANAGED_POLICY = having(
  'managedPolicyArn',
  'a managed policy: for an existing one ManagedPolicy.fromManagedPolicyArn',
);
export const SCHEDULE = having('expressionString', 'a ScheduleExpression of aws-cdk-lib/aws-scheduler');
export const OBJECT: Kind = { is: isObject, what: 'an object: {…}' };
export const LIST: Kind = { is: Array.isArray, what: 'a list: […]' };
export const YES_OR_NO: Kind = { is: (value) => typeof value === 'boolean', what: 'true or false, without quotes' };
export const DATE: Kind = {
  is: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  what: 'a Date that exists',
};
export const KEY: Kind = {
  is: (value) => isObject(value) && 'keyArn' in value && targetOf(value as unknown as IKey) !== undefined,
  what: 'a KMS key, and no alias that is imported: for an existing key Key.fromKeyArn',
};

/** Policies name keys: an alias in them matches no key. */
export function keyBehind(key: IKey): IKey;
export function keyBehind(key: IKey | undefined): IKey | undefined;
export function keyBehind(key: IKey | undefined): IKey | undefined {
  return key && (targetOf(key) ?? key);
}

/**
 * A property with another name passes, as with all constructs, unless it looks like a typing error.
 * @param who says it
 * @param path of the object that has the properties, with a dot at its end
 * @throws ConfigError that names the property
 */
export function refuseWrongKinds<Props>(who: string, kinds: Kinds<Props>, props: unknown, path = ''): void {
  if (!isObject(props)) throw new ConfigError(`${who}: the props are missing: must be an object: {…}.`);
  for (const [name, value] of Object.entries(props)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name as keyof Props] : undefined;
    const open = Object.keys(kinds).filter((each) => props[each] === undefined);
    const meant = kind === undefined ? didYouMean(name, open) : '';
    if (meant !== '') throw new ConfigError(`${who}: prop "${path}${name}" is not known${meant}`);
    if (kind === undefined || value === undefined || Token.isUnresolved(value) || kind.is(value)) continue;
    throw new ConfigError(`${who}: prop "${path}${name}" ${isWhat(told(value))}: must be ${kind.what}.`);
  }
}

function targetOf(key: IKey): IKey | undefined {
  if (!('aliasTargetKey' in key)) return key;
  try {
    return targetOf((key as IAlias).aliasTargetKey);
  } catch {
    return undefined;
  }
}

/** A construct has no end as JSON. */
function told(value: unknown): unknown {
  return isObject(value) && value.constructor !== Object ? `a ${value.constructor.name}` : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
