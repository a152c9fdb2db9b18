/** A policy document as IAM writes it: types only, since principals and resources carry policies too. */
export type OneOrMany<T> = T | T[];
export type ConditionValue = string | number | boolean;
/** Operator → condition key → the values of which one must hold. */
export type ConditionBlock = Record<string, Record<string, OneOrMany<ConditionValue>>>;
export type PrincipalElement = '*' | Record<string, OneOrMany<string>>;

export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal?: PrincipalElement;
  NotPrincipal?: PrincipalElement;
  Action?: OneOrMany<string>;
  NotAction?: OneOrMany<string>;
  Resource?: OneOrMany<string>;
  NotResource?: OneOrMany<string>;
  Condition?: ConditionBlock;
}

export interface PolicyDocument {
  /** Without `2012-10-17` there are no policy variables: `${…}` is plain text. */
  Version?: '2008-10-17' | '2012-10-17';
  Id?: string;
  Statement: OneOrMany<Statement>;
}

/** A single value and a list of one mean the same everywhere in the policy language. */
export function listOf<T>(value: OneOrMany<T> | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** A policy as a user or a role holds it. An attached policy has its ARN as its name. */
export interface NamedPolicy {
  name: string;
  document: PolicyDocument;
}
