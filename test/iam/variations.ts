import {
  listOf,
  type OneOrMany,
  type PolicyDocument,
  type PrincipalElement,
  type Statement,
} from '../../emulator/index.ts';

/** A policy with one thing taken away, or one limit lifted. */
export interface Variation {
  /** The statement's Sid; one without goes by what it says, e.g. `Deny s3:*`. */
  statement: string;
  /** For people, e.g. `action s3:GetObject`. */
  change: string;
  document: PolicyDocument;
  /** The actions that the change lets reach further; nothing is lost by it, so it shows in what is refused no longer. */
  widens?: string[];
}

/** A session's policy is like an identity's, but what it may be widened to is the role's affair. */
export type VariedKind = 'identity' | 'session' | 'trust' | 'resource';

/** The change that takes a statement away as a whole. */
export const WHOLE = 'the statement';

/** What stands in for the last action, resource or principal of a statement, which must have one. */
const NO_ACTION = 'sts:DecodeAuthorizationMessage';
const NO_RESOURCE = 'arn:aws:s3:::nothing';
const NOBODY = { AWS: 'arn:aws:iam::999999999999:root', Service: 'nothing.amazonaws.com' };
/** A policy must have a statement: this one changes nothing. */
const NOTHING: Statement = { Effect: 'Deny', Action: NO_ACTION, Resource: NO_RESOURCE };

/** Every statement, action, resource, principal and condition taken away; every resource of an identity policy widened. */
export function variationsOf(document: PolicyDocument, kind: VariedKind): Variation[] {
  const statements = listOf(document.Statement);
  return statements.flatMap((statement, index) => {
    const others = (replacement: Statement[]) => ({
      ...document,
      Statement: statements.toSpliced(index, 1, ...replacement),
    });
    const label = labelOf(statement);
    return [
      { statement: label, change: WHOLE, document: others(statements.length > 1 ? [] : [nothing(kind)]) },
      ...partsOf(statement, kind).map(({ change, changed, widens }) => ({
        statement: label,
        change,
        document: others([changed]),
        ...(widens && { widens }),
      })),
    ];
  });
}

export function labelOf({ Sid, Effect, Action }: Statement): string {
  return Sid ?? `${Effect} ${listOf(Action).join(', ')}`;
}

interface Part {
  change: string;
  changed: Statement;
  widens?: string[];
}

function partsOf(statement: Statement, kind: VariedKind): Part[] {
  const actions = listOf(statement.Action);
  const resources = listOf(statement.Resource);
  return [
    ...actions.map((action) => ({
      change: `action ${action}`,
      changed: { ...statement, Action: without(actions, action, NO_ACTION) },
    })),
    ...resources.map((resource) => ({
      change: `resource ${resource}`,
      changed: { ...statement, Resource: without(resources, resource, NO_RESOURCE) },
    })),
    ...principalParts(statement),
    ...conditionParts(statement),
    ...(kind === 'identity' && statement.Effect === 'Allow' ? wideningsOf(statement, resources, actions) : []),
  ];
}

function without(values: string[], value: string, replacement: string): string[] {
  return values.length > 1 ? values.filter((each) => each !== value) : [replacement];
}

function principalParts(statement: Statement): Part[] {
  const { Principal } = statement;
  if (Principal === undefined) return [];
  const element: Exclude<PrincipalElement, '*'> = Principal === '*' ? { AWS: '*' } : Principal;
  return Object.entries(element).flatMap(([type, names]) =>
    listOf(names).map((name) => ({
      change: `principal ${name}`,
      changed: {
        ...statement,
        Principal: { ...element, [type]: without(listOf(names), name, NOBODY[type as keyof typeof NOBODY]) },
      },
    })),
  );
}

function conditionParts(statement: Statement): Part[] {
  const condition = statement.Condition ?? {};
  return Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).flatMap(([key, values]) => {
      const { [key]: _, ...otherKeys } = keys;
      const { [operator]: __, ...otherOperators } = condition;
      const rest = Object.keys(otherKeys).length > 0 ? { ...otherOperators, [operator]: otherKeys } : otherOperators;
      const { Condition: ___, ...unconditional } = statement;
      const changed = Object.keys(rest).length > 0 ? { ...unconditional, Condition: rest } : unconditional;
      return [
        { change: `condition ${operator} ${key}`, changed },
        ...valueParts(statement, operator, key, listOf(values)),
      ];
    }),
  );
}

/** Where a condition lets in several, each of them. */
function valueParts(
  statement: Statement,
  operator: string,
  key: string,
  values: (string | number | boolean)[],
): Part[] {
  if (values.length === 1) return [];
  const { [operator]: keys, ...otherOperators } = statement.Condition!;
  return values.map((value) => ({
    change: `condition ${operator} ${key}, value ${value}`,
    changed: {
      ...statement,
      Condition: { ...otherOperators, [operator]: { ...keys, [key]: values.filter((each) => each !== value) } },
    },
  }));
}

/** To everything, and from a key's prefix to the whole bucket. */
function wideningsOf(statement: Statement, resources: string[], widens: string[]): Part[] {
  return resources.flatMap((resource) => {
    const bucket = /^(arn:[^:]+:s3:::[^/]+)\/(?!\*$)/.exec(resource)?.[1];
    return ['*', ...(bucket === undefined ? [] : [`${bucket}/*`])]
      .filter((wider) => wider !== resource)
      .map((wider) => ({
        change: `the limit of resource ${resource}, widened to ${wider}`,
        changed: {
          ...statement,
          Resource: resources.map((each) => (each === resource ? wider : each)) as OneOrMany<string>,
        },
        widens,
      }));
  });
}

function nothing(kind: VariedKind): Statement {
  const { Resource, ...rest } = NOTHING;
  if (kind === 'identity' || kind === 'session') return NOTHING;
  const principal = { Principal: { AWS: NOBODY.AWS } };
  return kind === 'trust' ? { ...rest, ...principal } : { ...NOTHING, ...principal };
}
