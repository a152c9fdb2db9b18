/** Checks what an UploadRelay is told, by the rules for cdk.json. */
import { Aws, type Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { parseConfig } from '../config/config.ts';
import { ConfigError, type Mistake, mistake, wording } from '../config/mistakes.ts';
import { addUnresolvedRegion } from '../config/regions.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { inProperties, isNamedAsInCdkJson, nameOf } from './field-names.ts';
import { type StandIns, standIns, textAt, tokensIn, withTexts } from './tokens.ts';

/** A checked configuration. */
export interface Checked {
  /** With tokens where the deployment knows more. */
  config: RelayContext;
  /** With something valid in their places, for what must be measured. */
  plain: RelayContext;
  /** What stands in, by the JSON of what the template has instead. */
  known: Map<string, string>;
}

/** @throws ConfigError with every mistake, each naming its property */
export function checked(scope: IConstruct, stack: Stack, context: object): Checked {
  const { allowed, refused } = tokensIn(context);
  const needed = refused.map(({ path, token }) => {
    const text = JSON.stringify(stack.resolve(token));
    return mistake(`relay.${path.join('.')}`, `is the token ${text}: it must be known when the app is synthesized`);
  });
  if (needed.length > 0) throw errorOf(scope, needed);
  const [first, second] = standIns(stack, context, allowed);
  const { config: plain, mistakes } = judged(first);
  const again = plain === undefined && allowed.length > 0 ? judged(second) : undefined;
  const real = again ? inBoth(mistakes, again.mistakes) : mistakes;
  // A mistake of one variant alone comes from what stands in there.
  const valid = plain ?? again?.config;
  if (real.length > 0 || !valid) throw errorOf(scope, real.length > 0 ? real : mistakes);
  for (const { path, token } of allowed) {
    if (path.at(-1) === 'region')
      addUnresolvedRegion(token, { partition: Aws.PARTITION, domainSuffix: Aws.URL_SUFFIX });
  }
  const known = new Map(allowed.map(({ path, token }) => [JSON.stringify(stack.resolve(token)), textAt(valid, path)]));
  const put = allowed.map(({ path, token }) => ({ path, value: token }));
  return { config: withTexts(valid, put), plain: valid, known };
}

function judged({ context, shown }: StandIns): { config?: RelayContext; mistakes: Mistake[] } {
  try {
    return { config: parseConfig(context), mistakes: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { mistakes: error.mistakes.map((each) => ({ ...each, sentence: withTokens(each.sentence, shown) })) };
  }
}

function withTokens(sentence: string, shown: StandIns['shown']): string {
  return [...shown].reduce((text, [standIn, token]) => text.replaceAll(`"${standIn}"`, token), sentence);
}

/** Accounts differ in the two, so they don't count. */
function inBoth(mistakes: readonly Mistake[], others: readonly Mistake[]): Mistake[] {
  const same = ({ sentence }: Mistake) => sentence.replaceAll(/\b\d{12}\b/g, '');
  const known = new Set(others.map(same));
  return mistakes.filter((each) => known.has(same(each)));
}

function errorOf(scope: IConstruct, mistakes: readonly Mistake[]): ConfigError {
  if (isNamedAsInCdkJson(scope)) return ConfigError.of(mistakes);
  const sentences = [...new Set(mistakes.map(({ sentence }) => inProperties(sentence)))];
  return new ConfigError(wording(nameOf(scope), sentences));
}
