/**
 * Whether a policy's condition keys are there when it is evaluated. One that an action has on AWS and not here would be read as absent, so
 * that a policy with it is refused; one that the action doesn't have on AWS either is absent there, too.
 */
import type { Statement } from '../core/policy-document.ts';
import { listOf } from '../core/policy-document.ts';
import reference from './condition-keys.json' with { type: 'json' };
import { isSetOperator, isValue } from './conditions.ts';
import { matchesAction } from './match.ts';
import { SET_BY_ACTION, SET_BY_TAGGED, SET_GLOBALLY } from './set-keys.ts';

/** The Service Authorization Reference has them by action, though they are global. */
const OF_ACTIONS = ['aws:RequestTag/*', 'aws:ResourceTag/*', 'aws:TagKeys'];
const TAGS_OF_RESOURCE = ['aws:ResourceTag/*', 'iam:ResourceTag/*'];
/** EventBridge asks for each event by itself, and each has one source and one type. */
const ONE_BY_ONE = ['events:detail-type', 'events:source'];

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
const GLOBAL = words(reference.globalKeys).filter((key) => !OF_ACTIONS.includes(key));
const MULTIVALUED = words(reference.multivaluedKeys).filter((key) => !ONE_BY_ONE.includes(key));
const KEYS: Readonly<Record<string, Readonly<Record<string, string>>>> = reference.keys;
const KNOWN = [
  ...words(reference.globalKeys),
  ...Object.values(reference.otherKeys).flatMap(words),
  ...Object.values(KEYS).flatMap((keys) => Object.keys(keys)),
];

/** Each action that is asked for here, e.g. `s3:PutObject`. */
export const ACTIONS = Object.entries(reference.actions).flatMap(([service, names]) =>
  words(names).map((name) => `${service}:${name}`),
);

/** @returns what is wrong with the statement's condition keys and with its variables' */
export function keyProblem(statement: Statement, hasVariables: boolean): string | undefined {
  const uses = usesOf(statement);
  const variables = hasVariables ? variablesOf(statement) : [];
  const invalid = uses.find(({ operator, values }) => !values.every((value) => isValue(operator, value)));
  if (invalid) return `${invalid.operator} ${invalid.key} can't be compared with ${JSON.stringify(invalid.values)}`;
  const keys = new Set([...uses.map(({ key }) => key), ...variables]);
  if (keys.size === 0) return undefined;
  const actions = actionsOf(statement);
  if (actions.length === 0) return undefined;
  for (const key of keys) {
    if (!isListed(KNOWN, key)) return `the condition key ${key} is unknown`;
    const without = actions.filter((action) => hasOnAws(key, action) && !isSet(key, action));
    if (without.length > 0) return `the condition key ${key} is not supported here for ${without.join(', ')}`;
  }
  const single = uses.find(
    ({ operator, key }) => operator !== 'Null' && !isSetOperator(operator) && isListed(MULTIVALUED, key),
  );
  return (
    single && `the condition key ${single.key} may have several values, so that it needs ForAnyValue or ForAllValues`
  );
}

/** Whether the reference gives the action this key. */
export function hasOnAws(key: string, action: string): boolean {
  if (isListed(GLOBAL, key)) return true;
  const [service, name] = action.split(':') as [string, string];
  return Object.entries(KEYS[service] ?? {}).some(
    ([pattern, names]) => (names === '*' || words(names).includes(name)) && matchesAction(pattern, key),
  );
}

/** Whether a request for the action has this key here, or lacks it as on AWS. */
export function isSet(key: string, action: string): boolean {
  if (isListed(SET_GLOBALLY, key)) return true;
  if (SET_BY_TAGGED.test(action) && isListed(TAGS_OF_RESOURCE, key)) return true;
  return Object.entries(SET_BY_ACTION).some(([pattern, keys]) => matchesAction(pattern, action) && isListed(keys, key));
}

function isListed(patterns: readonly string[], key: string): boolean {
  return patterns.some((pattern) => matchesAction(pattern, key));
}

function usesOf({ Condition = {} }: Statement): { operator: string; key: string; values: string[] }[] {
  return Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values: listOf(values).map(String) })),
  );
}

/** The keys of `${…}`, but for the escaped characters. */
function variablesOf(statement: Statement): string[] {
  const texts = [...listOf(statement.Resource), ...listOf(statement.NotResource)];
  for (const { values } of usesOf(statement)) texts.push(...values);
  return texts.flatMap((text) =>
    [...text.matchAll(/\$\{\s*([^},\s]+)[^}]*\}/g)]
      .map(([, key]) => key!)
      .filter((key) => !['*', '?', '$'].includes(key)),
  );
}

/** Those asked for here that the statement speaks of. */
function actionsOf({ Action, NotAction }: Statement): string[] {
  const patterns = listOf(Action ?? NotAction);
  const isNamed = (action: string) => patterns.some((pattern) => matchesAction(pattern, action));
  return ACTIONS.filter((action) => isNamed(action) === (Action !== undefined));
}
