/** Splits permissions that grow with the routes into as many policies as they need. */
import { Effect, ManagedPolicy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';

export interface WidePermission {
  sid: string;
  actions: string[];
  /** Plain text, one for each route or so. */
  resources: readonly string[];
}

/** Of the 10,240 characters that the inline policies of a role have together; what doesn't grow with the routes takes less than the rest. */
const INLINE_CHARACTERS = 6_000;
/** Of a managed policy's 6,144; the rest is around its statements. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MANAGED_CHARACTERS = 6_080;

/**
 * A role's permissions whose resources grow with the routes. They go into its own policy and, where they are too many for that, into
 * managed ones, filled one after the other: a role takes ten.
 */
export class WidePermissions {
  readonly #role: Role;
  #managed: ManagedPolicy | undefined;
  #policies = 0;
  /** Characters that the policy at hand still takes. */
  #room = INLINE_CHARACTERS;

  constructor(role: Role) {
    this.#role = role;
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
    this.#managed = new ManagedPolicy(this.#role, `Wide${this.#policies}`, { roles: [this.#role] });
    this.#room = MANAGED_CHARACTERS;
  }
}

/** As it stands in a policy, with its comma and without the white space that IAM doesn't count. */
function charactersOf(statement: object): number {
  return JSON.stringify(statement).length + 1;
}
