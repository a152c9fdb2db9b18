/** Tokens in a configuration: what stands in for them while it is checked. */
import { type Stack, Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { findPartition } from '../config/regions.ts';
import { isObject } from '../config/schema-parts.ts';
import { withValue } from '../config/stand-ins.ts';

type Path = readonly (string | number)[];

/** A text that only the deployment knows, and where it stands. */
export interface Unresolved {
  path: Path;
  /** As the CDK writes it. */
  token: string;
}

/** What a token may be, by the last name of its path. Names and prefixes stand in names of resources and in decisions of the synth. */
const MAY_BE_TOKENS = ['account', 'region', 'bucket', 'kmsKeyArn', 'topicArn', 'externalId', 'alarmEmail'];
const KEY = 'key/11111111-1111-1111-1111-111111111111';
const ACCOUNT = '111111111111';
const REGION = 'us-east-1';

/** The same configuration with something valid in the place of each token. Two of them differ in every account and region that stands in. */
export interface StandIns {
  context: object;
  /** The text that stands in, and what it stands for. Others may be equal to what the configuration really says. */
  shown: Map<string, string>;
}

/** All tokens, and those among them that must be known. */
export function tokensIn(context: object): { allowed: Unresolved[]; refused: Unresolved[] } {
  const found = unresolvedIn(context, []);
  const mayBe = ({ path }: Unresolved) => MAY_BE_TOKENS.includes(String(path.at(-1)));
  return { allowed: found.filter(mayBe), refused: found.filter((each) => !mayBe(each)) };
}

/**
 * Two variants, so that what is wrong in one of them alone is known to come from a stand-in. Equal tokens have equal stand-ins.
 */
export function standIns(stack: Stack, context: object, tokens: readonly Unresolved[]): [StandIns, StandIns] {
  const texts = [...new Set(tokens.map(({ token }) => token))];
  const known = (name: string) => knownTexts(context, name)[0];
  const region = known('region') ?? REGION;
  const others = RegionInfo.regions.map(({ name }) => name);
  const other = others.find((name) => name !== region && findPartition(name) === findPartition(region))!;
  const variant = (own: boolean): StandIns => {
    const shown = new Map<string, string>();
    const put = tokens.map(({ path, token }) => {
      const index = texts.indexOf(token);
      const account = own ? `9${String(index).padStart(11, '0')}` : (known('account') ?? ACCOUNT);
      const place = own ? other : (regionBeside(context, path) ?? region);
      const value = standIn(String(path.at(-1)), { index, account, region: place });
      if (value.includes(`${index}-token`)) shown.set(value, JSON.stringify(stack.resolve(token)));
      return { path, value };
    });
    return { context: withTexts(context, put), shown };
  };
  return [variant(true), variant(false)];
}

/** A changed copy. */
export function withTexts<T>(value: T, texts: readonly { path: Path; value: string }[]): T {
  return texts.reduce((whole, { path, value: text }) => withValue(whole, path, text) as T, value);
}

/** What stands at a path. */
export function textAt(value: unknown, [key, ...rest]: Path): string {
  return key === undefined ? String(value) : textAt((value as Record<string | number, unknown>)[key], rest);
}

function standIn(name: string, { index, account, region }: { index: number; account: string; region: string }): string {
  if (name === 'account') return account;
  if (name === 'region') return region;
  const arn = (service: string) => `arn:${findPartition(region)}:${service}:${region}:${account}`;
  if (name === 'kmsKeyArn') return `${arn('kms')}:${KEY}`;
  if (name === 'topicArn') return `${arn('sns')}:topic`;
  return name === 'alarmEmail' ? `${index}-token@example.com` : `${index}-token`;
}

/** The region of a key or a topic that stands beside it, and must be of the same one. */
function regionBeside(context: object, path: Path): string | undefined {
  const beside = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], context);
  const { kmsKeyArn, topicArn } = beside as Record<string, string | undefined>;
  const arn = [kmsKeyArn, topicArn].find((each) => each !== undefined && !Token.isUnresolved(each));
  return arn?.split(':')[3];
}

function unresolvedIn(value: unknown, path: Path): Unresolved[] {
  if (Token.isUnresolved(value)) return [{ path, token: value as string }];
  if (Array.isArray(value)) return value.flatMap((each, index) => unresolvedIn(each, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, each]) => unresolvedIn(each, [...path, name]));
}

function knownTexts(value: unknown, name: string): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => knownTexts(each, name));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === name && typeof each === 'string' && !Token.isUnresolved(each) ? [each] : knownTexts(each, name),
  );
}
