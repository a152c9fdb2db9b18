/** Users and roles, and what makes one. */

import type { NamedPolicy, PolicyDocument } from '../../../core/policy-document.ts';

export interface User {
  readonly account: string;
  readonly name: string;
  /** Begins and ends with a slash; `/` unless given. */
  readonly path: string;
  readonly arn: string;
  /** `AIDA…` */
  readonly userId: string;
  readonly createdAt: Date;
  /** Inline and attached alike. The name of an attached one is its ARN. */
  policies: NamedPolicy[];
  permissionsBoundary?: PolicyDocument;
  tags: ReadonlyMap<string, string>;
}

export interface Role {
  readonly account: string;
  readonly name: string;
  /** Begins and ends with a slash; `/` unless given. */
  readonly path: string;
  readonly arn: string;
  /** `AROA…`: a role made again under the same name has another one. */
  readonly roleId: string;
  readonly createdAt: Date;
  /** Its principals are bound to unique ids. */
  trust: PolicyDocument;
  /** Inline and attached alike. The name of an attached one is its ARN. */
  policies: NamedPolicy[];
  permissionsBoundary?: PolicyDocument;
  tags: ReadonlyMap<string, string>;
  maxSessionDurationSeconds: number;
}

export interface NewUser {
  account: string;
  name: string;
  path?: string;
  policies?: NamedPolicy[];
  permissionsBoundary?: PolicyDocument;
  tags?: ReadonlyMap<string, string>;
}

export interface NewRole {
  account: string;
  name: string;
  path?: string;
  trust: PolicyDocument;
  policies?: NamedPolicy[];
  /** 3,600 to 43,200; 3,600 unless given. */
  maxSessionDurationSeconds?: number;
  permissionsBoundary?: PolicyDocument;
  tags?: ReadonlyMap<string, string>;
}
