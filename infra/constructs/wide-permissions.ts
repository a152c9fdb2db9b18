/** Splits permissions that grow with the routes into as many policies as they need. */
import { Effect, ManagedPolicy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { atPath } from './role-path.ts';
import { longestLength } from './token-parts.ts';

export interface WidePermission {
  sid: string;
  actions: string[];
  /** One for each route or so. */
  resources: readonly string[];
}

/** The inline policies of a role have 10,240 characters together. Statements that don't grow with the routes need less than the rest of them. */
const INLINE_CHARACTERS = 6_000;
/** A managed policy has 6,144 characters, some of which surround its statements. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MANAGED_CHARACTERS = 6_080;

/**
 * The permissions of a role whose resources grow with the routes. They go into the role's inline policy and, once that is full, into
 * managed policies, one after the other. A role takes ten of them.
 */
export class WidePermissions {
  readonly #role: Role;
  readonly #path: string;
  #managed: ManagedPolicy | undefined;
  #policies = 0;
  /** How many characters the current policy still takes. */
  #room = INLINE_CHARACTERS;

  /** @param path in IAM, of the managed policies */
  constructor(role: Role, path: string) {
    this.#role = role;
    this.#path = path;
  }

  allow({ sid, actions, resources }: WidePermission): void {
    let rest = resources;
    while (rest.length > 0) {
      const statement = (part: readonly string[]) => ({
        Sid: sid,
        Effect: Effect.ALLOW,
        Action: actions,
        Resource: part,
      });
      let fitting = 0;
      while (fitting < rest.length && charactersOf(statement(rest.slice(0, fitting + 1))) <= this.#room) fitting++;
      if (fitting > 0) this.#add(statement(rest.slice(0, fitting)));
      rest = rest.slice(fitting);
      if (rest.length > 0) this.#open();
    }
  }

  #add(statement: object): void {
    this.#room -= charactersOf(statement);
    if (this.#managed) this.#managed.addStatements(PolicyStatement.fromJson(statement));
    else this.#role.addToPolicy(PolicyStatement.fromJson(statement));
  }

  #open(): void {
    this.#policies++;
    this.#managed = new ManagedPolicy(this.#role, `Wide${this.#policies}`, {
      roles: [this.#role],
      ...atPath(this.#path),
    });
    this.#room = MANAGED_CHARACTERS;
  }
}

/** The length of a statement in a policy, with its comma. IAM doesn't count white space. */
function charactersOf(statement: object): number {
  return longestLength(JSON.stringify(statement)) + 1;
}
