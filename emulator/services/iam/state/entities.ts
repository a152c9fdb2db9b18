/** Users, roles and groups, and what makes one. */

import type { NamedPolicy, PolicyDocument } from '../../../core/policy-document.ts';
import type { Tags } from './tags.ts';

interface Made {
  account: string;
  name: string;
  path: string;
  arn: string;
  createdAt: Date;
  policies: readonly NamedPolicy[];
}

/** What has policies: a user, a role or a group. */
abstract class Holder {
  readonly account: string;
  readonly name: string;
  /** Begins and ends with a slash; `/` unless given. */
  readonly path: string;
  readonly arn: string;
  readonly createdAt: Date;
  /** Inline and attached alike. The name of an attached one is its ARN. */
  policies: NamedPolicy[];

  constructor({ account, name, path, arn, createdAt, policies }: Made) {
    this.account = account;
    this.name = name;
    this.path = path;
    this.arn = arn;
    this.createdAt = createdAt;
    this.policies = [...policies];
  }
}

/** Who signs, or is assumed: what policies of others say of it by its tags, and what bounds its own. */
abstract class Identity extends Holder {
  tags: Tags;
  /** A managed policy, which may get other versions. */
  boundary: NamedPolicy | undefined;

  constructor(made: Made & Details) {
    super(made);
    this.tags = new Map(made.tags);
    this.boundary = made.permissionsBoundary;
  }

  get permissionsBoundary(): PolicyDocument | undefined {
    return this.boundary?.document;
  }
}

export class Group extends Holder {
  readonly kind = 'group';
  /** `AGPA…` */
  readonly groupId: string;

  constructor(made: Made & { groupId: string }) {
    super(made);
    this.groupId = made.groupId;
  }
}

export class User extends Identity {
  readonly kind = 'user';
  /** `AIDA…` */
  readonly userId: string;
  groups: Group[] = [];

  constructor(made: Made & Details & { userId: string }) {
    super(made);
    this.userId = made.userId;
  }

  /** What the user may do by its groups. */
  get groupPolicies(): NamedPolicy[] {
    return this.groups.flatMap(({ policies }) => policies);
  }
}

export class Role extends Identity {
  readonly kind = 'role';
  /** `AROA…`: a role made again under the same name has another one. */
  readonly roleId: string;
  /** Its principals are bound to unique ids. */
  trust: PolicyDocument;
  maxSessionDurationSeconds: number;
  description: string | undefined;

  constructor(made: Made & Details & Pick<Role, 'roleId' | 'trust' | 'maxSessionDurationSeconds' | 'description'>) {
    super(made);
    this.roleId = made.roleId;
    this.trust = made.trust;
    this.maxSessionDurationSeconds = made.maxSessionDurationSeconds;
    this.description = made.description;
  }
}

interface Details {
  permissionsBoundary?: NamedPolicy | undefined;
  tags?: Tags | undefined;
}

interface New extends Details {
  account: string;
  name: string;
  path?: string;
  policies?: readonly NamedPolicy[];
}

export type NewUser = New;

export type NewGroup = Omit<New, keyof Details>;

export interface NewRole extends New {
  trust: PolicyDocument;
  /** 3,600 to 43,200; 3,600 unless given. */
  maxSessionDurationSeconds?: number;
  description?: string | undefined;
}
