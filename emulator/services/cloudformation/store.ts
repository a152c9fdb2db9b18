/** Change sets: a template with its parameters, checked and kept until somebody has it executed. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ApiError, type Clock } from '../../core/api.ts';
import { arnOf } from '../../core/partition.ts';
import type { StackInput } from '../../templates/assembly.ts';
import type { PlannedChange } from '../../templates/planned-changes.ts';
import type { Desired } from '../../templates/scope.ts';
import type { Stack } from '../../templates/stack.ts';

/** The CDK and `aws cloudformation deploy` know by these words that there is nothing to do. */
const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

export interface ChangeSet {
  arn: string;
  name: string;
  description: string | undefined;
  stack: Stack;
  input: StackInput;
  desired: Desired;
  importExistingResources: boolean;
  created: Date;
  changes: PlannedChange[];
  /** Why it can't be executed. */
  failure: string | undefined;
}

export type NewChangeSet = Omit<ChangeSet, 'arn' | 'created' | 'failure'>;

export class ChangeSets {
  readonly #clock: Clock;
  #sets: ChangeSet[] = [];

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /** @throws ApiError `AlreadyExistsException` (400) */
  add(wanted: NewChangeSet): ChangeSet {
    const { name, stack, desired } = wanted;
    if (this.find(stack, name)) {
      throw new ApiError('AlreadyExistsException', 400, `ChangeSet [${name}] already exists`);
    }
    const { template, parameters } = stack.deployed;
    const isEmpty = !stack.isInReview && isDeepStrictEqual({ template, parameters }, desired);
    const changeSet = {
      ...wanted,
      arn: arnOf('cloudformation', stack.id, `changeSet/${name}/${randomUUID()}`),
      created: new Date(this.#clock()),
      failure: isEmpty ? NO_CHANGES : undefined,
    };
    this.#sets.push(changeSet);
    return changeSet;
  }

  /** @param nameOrArn an ARN says enough by itself */
  find(stack: Stack | undefined, nameOrArn: string): ChangeSet | undefined {
    return this.#sets.find(({ arn, name, stack: its }) => {
      return arn === nameOrArn || (its === stack && name === nameOrArn);
    });
  }

  of(stack: Stack): ChangeSet[] {
    return this.#sets.filter((each) => each.stack === stack);
  }

  remove(changeSet: ChangeSet): void {
    this.#sets = this.#sets.filter((each) => each !== changeSet);
  }

  /** What was planned for a stack is void once it changes. */
  removeOf(stack: Stack): void {
    this.#sets = this.#sets.filter((each) => each.stack !== stack);
  }
}
