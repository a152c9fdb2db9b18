/** CloudFormation of all accounts: stacks are created, updated and deleted, in an order as bad as AWS may choose. */
import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../core/api.ts';
import type { Keeper } from '../core/keeper.ts';
import type { StackInput } from './assembly.ts';
import { requireConditions } from './conditions.ts';
import { DeploymentError } from './errors.ts';
import { Exports } from './exports.ts';
import { TemplateError } from './intrinsics.ts';
import { KeptStacks } from './kept-stacks.ts';
import { templateProblem } from './limits.ts';
import { type Deployment, Operation } from './operation.ts';
import type { DeployOrder } from './order.ts';
import { effectiveParameters } from './parameters.ts';
import { type PlannedChange, plannedChanges } from './planned-changes.ts';
import { Provisioner } from './provision.ts';
import { requireReferences } from './references.ts';
import type { ResourceTypes } from './resource-type.ts';
import { requireRules } from './rules.ts';
import { type Desired, graphOf, scopeOf } from './scope.ts';
import { Stack, type StackId } from './stack.ts';
import { keyOf, type StackDescription, StackRegistry } from './stack-registry.ts';

export interface CloudFormationOptions {
  types: ResourceTypes;
  /** What the types make their resources in; nothing here looks into it. */
  services: unknown;
  clock: Clock;
  /** For the order of what has no order; drawn once for the whole process unless given. */
  seed?: number | undefined;
}

export interface DeployOptions {
  /** Instead of an order drawn from the seed of all deployments. */
  order?: DeployOrder;
}

export interface CreateOptions extends DeployOptions {
  /** Takes over what is there already under the names that the template gives, as `cdk deploy --import-existing-resources` does. */
  importExistingResources?: boolean;
}

const NOTHING: Deployment = { created: [], updated: [], replaced: [], removed: [], left: [] };
const PROCESS_SEED = randomInt(2 ** 31);

export class CloudFormation {
  /** What an order is drawn from; a DeploymentError names it. */
  readonly seed: number;
  readonly stacks = new StackRegistry();
  readonly exports = new Exports(() => this.stacks.present());
  readonly #types: ResourceTypes;
  readonly #services: unknown;
  readonly #clock: Clock;
  readonly #generations = new Map<string, number>();

  constructor({ types, services, clock, seed = PROCESS_SEED }: CloudFormationOptions) {
    this.#types = types;
    this.#services = services;
    this.#clock = clock;
    this.seed = seed;
  }

  /** @param codeFolder in which the code of all functions lies */
  keeper(codeFolder: string): Keeper {
    const [stacks, types, services, clock] = [this.stacks, this.#types, this.#services, this.#clock];
    return new KeptStacks({ stacks, generations: this.#generations, types, services, clock, codeFolder });
  }

  /** Whether a stack is being made, changed or deleted. */
  get isBusy(): boolean {
    return this.stacks.present().some(({ isInProgress }) => isInProgress);
  }

  /**
   * Creates the stack, or updates the one of that name in that account and region. A failure is rolled back.
   * @returns what was done: nothing when template and parameters are the same as before
   * @throws DeploymentError naming stack, resource and property, and the order
   */
  async deploy(
    input: StackInput,
    { order = this.seed, importExistingResources = false }: CreateOptions = {},
  ): Promise<Deployment> {
    const { name, account, region } = input;
    const id = { name, account, region };
    const present = this.find(id);
    const desired = this.desired(input);
    if (!present || present.operations === 0) {
      const deployed = { ...desired, outputs: {}, exports: {} };
      const stack = present ?? new Stack(id, deployed, this.#clock);
      stack.deployed = deployed;
      const operation = this.#operation(stack, input.assets, order, importExistingResources);
      if (!present) this.stacks.add(stack);
      return operation.create(desired);
    }
    if (!present.isUpdatable) {
      const problem = `Stack:${name} is in ${present.status} state and can not be updated.`;
      throw new DeploymentError(name, 'the template', problem);
    }
    const { template, parameters } = present.deployed;
    if (isDeepStrictEqual({ template, parameters }, desired)) return NOTHING;
    return this.#operation(present, input.assets, order, importExistingResources).update(desired);
  }

  /** @throws DeploymentError when it isn't there, or when a service refuses to remove something: the next try goes on */
  async destroy(id: StackId, { order = this.seed }: DeployOptions = {}): Promise<Deployment> {
    const stack = this.find(id);
    if (!stack) throw new DeploymentError(id.name, 'the stack', `Stack with id ${id.name} does not exist`);
    if (stack.isInProgress) {
      throw new DeploymentError(id.name, 'the stack', `Stack:${id.name} is in ${stack.status} state`);
    }
    return this.#operation(stack, new Map(), order).delete();
  }

  /**
   * Account and region may be left out where they make no difference. A deleted stack is still found, with its events.
   * @throws Error for a stack that was never deployed, or when several have that name
   */
  describe(name: string, account?: string, region?: string): StackDescription {
    return this.stacks.describe(name, account, region);
  }

  /** The stack of that name, unless it was deleted. */
  find(id: StackId): Stack | undefined {
    return this.stacks.find(id);
  }

  /** A stack without resources for a change set to be executed on. */
  review(id: StackId): Stack {
    const stack = this.add(id);
    stack.enter('REVIEW_IN_PROGRESS', 'User Initiated');
    return stack;
  }

  /** A stack without resources, in which the next deployment of that name begins. */
  add({ name, account, region }: StackId): Stack {
    const nothing = { template: { Resources: {} }, parameters: {}, outputs: {}, exports: {} };
    const stack = new Stack({ name, account, region }, nothing, this.#clock);
    this.stacks.add(stack);
    return stack;
  }

  /** What CloudFormation checks before it makes or changes anything. @throws DeploymentError */
  desired(input: StackInput): Desired {
    const { name, account, region, template, stored } = input;
    const present = this.find({ name, account, region });
    const problem = templateProblem(input);
    if (problem) throw new DeploymentError(name, problem.place, problem.problem);
    for (const [logicalId, { Type }] of Object.entries(template.Resources)) {
      if (this.#types[Type]) continue;
      const words = `Template format error: Unrecognized resource types: [${Type}]`;
      throw new DeploymentError(name, `resource ${logicalId} (${Type})`, 'this type of resource is not supported', {
        words,
      });
    }
    try {
      requireConditions(template);
      const parameters = effectiveParameters(template, input.parameters, present?.deployed.parameters);
      const place = present ?? { id: { name, account, region } };
      requireRules(template.Rules, scopeOf(place, { template, parameters: { ...parameters, ...stored } }, new Map()));
      graphOf(scopeOf(place, { template, parameters }, new Map()));
      requireReferences(template);
      return { template, parameters };
    } catch (cause) {
      const words = cause instanceof TemplateError ? cause.problem : undefined;
      throw new DeploymentError(name, 'the template', (cause as Error).message, { cause, words });
    }
  }

  /** What a change set says that it would do. */
  plannedChanges(stack: Stack, desired: Desired): PlannedChange[] {
    const exported = (name: string) => this.exports.valueOf(stack.id, name);
    return plannedChanges(stack, desired, { types: this.#types, exported });
  }

  #operation(stack: Stack, assets: StackInput['assets'], order: DeployOrder, imports = false): Operation {
    const nextGeneration = (logicalId: string): number => {
      const key = `${keyOf(stack.id)} ${logicalId}`;
      const generation = this.#generations.get(key) ?? 0;
      this.#generations.set(key, generation + 1);
      return generation;
    };
    const provisioner = new Provisioner({
      stack,
      types: this.#types,
      services: this.#services,
      assets,
      order,
      nextGeneration,
      ...(imports && { isOwned: (type, physicalId) => this.#isOwned(type, physicalId) }),
    });
    return new Operation({ stack, provisioner, order, exports: this.exports });
  }

  #isOwned(type: string, physicalId: string): boolean {
    return this.stacks
      .present()
      .some(({ resources }) =>
        [...resources.values()].some((each) => each.type === type && each.answers.ref === physicalId),
      );
  }
}
