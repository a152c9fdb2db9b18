/** Turns what a construct has made into what a template leaves open: the parts that hold under a condition. */

export type Json = Record<string, unknown>;

/** A resource of a template. */
export interface Resource {
  Type: string;
  Properties: Json;
  Condition?: string;
  [attribute: string]: unknown;
}

export type Resources = Record<string, Resource>;

export const NO_VALUE = { Ref: 'AWS::NoValue' };

/** @param condition of the template, by its name */
export function either(condition: string, whenTrue: unknown, whenFalse: unknown = NO_VALUE): Json {
  return { 'Fn::If': [condition, whenTrue, whenFalse] };
}

/** The one resource of that type. */
export function only(resources: Resources, type: string): Resource {
  return Object.values(resources).find(({ Type }) => Type === type)!;
}

export function changeStatements(document: unknown, change: (statements: Json[]) => unknown[]): void {
  const policy = document as { Statement: unknown[] };
  policy.Statement = change(policy.Statement as Json[]);
}

/** The permissions boundary of a role, and the statements of its one policy. */
export function changeRole({ Properties }: Resource, change: (statements: Json[]) => unknown[]): void {
  const [policy] = Properties['Policies'] as { PolicyDocument: object }[];
  changeStatements(policy!.PolicyDocument, change);
  Properties['PermissionsBoundary'] = either('HasBoundary', Properties['PermissionsBoundary']);
}
