/** One operation on a stack: creating it, updating it, deleting it, and going back when that fails. */
import { DeploymentError } from './errors.ts';
import type { Exports } from './exports.ts';
import type { Scope, Template } from './intrinsics.ts';
import { type Choose, chooser, type DeployOrder, dependencyGraph, type Graph, inOrder, reversed } from './order.ts';
import type { Provisioner, Removal } from './provision.ts';
import { type Desired, graphOf, outputsOf, scopeOf } from './scope.ts';
import type { Deployed, Stack, StackResource } from './stack.ts';

export interface OperationParts {
  stack: Stack;
  provisioner: Provisioner;
  order: DeployOrder;
  exports: Exports;
}

/** What a deployment has done, by logical id. */
export interface Deployment {
  created: string[];
  updated: string[];
  replaced: string[];
  removed: string[];
  /** No longer in the stack, but there: kept by a policy, or since its service refused to remove it. */
  left: string[];
}

/** What was touched by an update, so that it can be taken back. */
interface Touched {
  created: StackResource[];
  updated: { before: StackResource; after: StackResource }[];
}

const BY_REQUEST = 'User Initiated';

export class Operation {
  readonly #stack: Stack;
  readonly #provisioner: Provisioner;
  readonly #order: DeployOrder;
  readonly #exports: Exports;
  readonly #stream: string;

  constructor({ stack, provisioner, order, exports }: OperationParts) {
    this.#stack = stack;
    this.#provisioner = provisioner;
    this.#order = order;
    this.#exports = exports;
    const { account, region, name } = stack.id;
    this.#stream = `${account} ${region} ${name} ${++stack.operations}`;
  }

  /** @throws DeploymentError when a resource failed; what was made is removed again, as its policy wants it */
  async create(desired: Desired): Promise<Deployment> {
    const stack = this.#stack;
    const { template } = desired;
    const scope = this.#scope(desired, stack.resources);
    const graph = graphOf(scope);
    stack.enter('CREATE_IN_PROGRESS', BY_REQUEST);
    const keep = (resource: StackResource) => void stack.resources.set(resource.logicalId, resource);
    try {
      for (const id of inOrder(graph, this.#choose(template))) {
        keep(await this.#provisioner.create(id, scope, keep));
      }
      stack.deployed = { ...desired, ...this.#outputs(scope) };
    } catch (error) {
      stack.enter('ROLLBACK_IN_PROGRESS', this.#whyBack(error as Error));
      const { failed } = await this.#removeAll(stack.resources, graph, template, 'undone');
      for (const id of stack.resources.keys()) if (!failed.includes(id)) stack.resources.delete(id);
      stack.enter(failed.length > 0 ? 'ROLLBACK_FAILED' : 'ROLLBACK_COMPLETE', failureOf(failed));
      throw error;
    }
    stack.enter('CREATE_COMPLETE');
    return { created: [...graph.keys()], updated: [], replaced: [], removed: [], left: [] };
  }

  /** @throws DeploymentError when a resource failed; the stack goes back to what it was */
  async update(desired: Desired): Promise<Deployment> {
    const stack = this.#stack;
    const before = stack.resources;
    const after = new Map<string, StackResource>();
    const scope = this.#scope(desired, after);
    const graph = graphOf(scope);
    this.#refuseOtherTypes(desired.template, graph);
    const touched: Touched = { created: [], updated: [] };
    stack.enter('UPDATE_IN_PROGRESS', BY_REQUEST);
    let outputs: Pick<Deployed, 'outputs' | 'exports'>;
    try {
      for (const id of inOrder(graph, this.#choose(desired.template))) {
        after.set(id, await this.#bring(id, before.get(id), scope, touched));
      }
      outputs = this.#outputs(scope);
    } catch (error) {
      await this.#goBack(touched, graph, desired.template, error as Error);
      throw error;
    }
    stack.enter('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    const old = [...before].filter(([id, { answers }]) => after.get(id)?.answers !== answers);
    const replaced = old.map(([id]) => id).filter((id) => after.has(id));
    const oldTemplate = stack.deployed.template;
    const oldGraph = dependencyGraph(oldTemplate, [...before.keys()]);
    const { removed, left, failed } = await this.#removeAll(new Map(old), oldGraph, oldTemplate, (id) =>
      after.has(id) ? 'replaced' : 'removed',
    );
    stack.resources = after;
    stack.deployed = { ...desired, ...outputs };
    stack.enter('UPDATE_COMPLETE', failureOf(failed));
    return {
      created: [...after.keys()].filter((id) => !before.has(id)),
      updated: touched.updated.map(({ before: { logicalId } }) => logicalId),
      replaced,
      removed: removed.filter((id) => !after.has(id)),
      left: [...left, ...failed],
    };
  }

  /** @throws DeploymentError when a service refused to remove something; that and what it depends on stay in the stack */
  async delete(): Promise<Deployment> {
    const stack = this.#stack;
    const { template } = stack.deployed;
    const graph = dependencyGraph(template, [...stack.resources.keys()]);
    const inUse = this.#exports.problemOf(stack, {});
    if (inUse !== undefined) {
      // CloudFormation doesn't even begin: the stack stays as it is, with the reason.
      stack.enter(stack.status, inUse);
      throw this.#refused('the outputs', new Error(inUse));
    }
    stack.enter('DELETE_IN_PROGRESS', BY_REQUEST);
    const { removed, left, failed } = await this.#removeAll(stack.resources, graph, template, 'removed');
    for (const id of [...removed, ...left]) stack.resources.delete(id);
    if (failed.length > 0) {
      const problem = failureOf(failed)!;
      stack.enter('DELETE_FAILED', problem);
      const reasons = stack.events.filter(({ status }) => status === 'DELETE_FAILED').map(({ reason }) => reason);
      const place = `resource ${failed[0]}`;
      throw new DeploymentError(stack.id.name, place, `${problem} ${reasons.at(-2)}`, { order: this.#order });
    }
    stack.enter('DELETE_COMPLETE');
    return { created: [], updated: [], replaced: [], removed, left };
  }

  async #bring(id: string, before: StackResource | undefined, scope: Scope, touched: Touched): Promise<StackResource> {
    const onHalfMade = (resource: StackResource) => void touched.created.push(resource);
    if (!before) {
      const made = await this.#provisioner.create(id, scope, onHalfMade);
      touched.created.push(made);
      return made;
    }
    const change = { before, after: before };
    const onAttempt = () => void touched.updated.push(change);
    const brought = await this.#provisioner.update(before, scope, { onAttempt, onHalfMade });
    if (brought.answers !== before.answers) touched.created.push(brought);
    change.after = brought;
    return brought;
  }

  async #goBack({ created, updated }: Touched, graph: Graph, template: Template, cause: Error): Promise<void> {
    const stack = this.#stack;
    stack.enter('UPDATE_ROLLBACK_IN_PROGRESS', this.#whyBack(cause));
    const old = stack.deployed.template;
    const changes = new Map(updated.map((change) => [change.before.logicalId, change]));
    try {
      for (const id of inOrder(dependencyGraph(old, [...changes.keys()]), this.#choose(old))) {
        const { before, after } = changes.get(id)!;
        await this.#provisioner.revert(after, before);
      }
    } catch (error) {
      stack.enter('UPDATE_ROLLBACK_FAILED', (error as Error).message);
      return;
    }
    stack.enter('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    const fresh = new Map(created.map((resource) => [resource.logicalId, resource]));
    const { failed } = await this.#removeAll(fresh, graph, template, 'undone');
    stack.enter('UPDATE_ROLLBACK_COMPLETE', failureOf(failed));
  }

  /** In CloudFormation's words where a resource has failed, which was told by the last event. */
  #whyBack(cause: Error): string {
    const { status, logicalId } = this.#stack.events.at(-1)!;
    if (status === 'CREATE_FAILED') return `The following resource(s) failed to create: [${logicalId}]. `;
    if (status === 'UPDATE_FAILED') return `The following resource(s) failed to update: [${logicalId}]. `;
    return cause instanceof DeploymentError ? cause.problem : cause.message;
  }

  /** Dependents first. What a failed one depends on isn't tried. */
  async #removeAll(
    resources: ReadonlyMap<string, StackResource>,
    graph: Graph,
    template: Template,
    removal: Removal | ((id: string) => Removal),
  ): Promise<{ removed: string[]; left: string[]; failed: string[] }> {
    const outcome = { removed: [] as string[], left: [] as string[], failed: [] as string[] };
    const dependents = reversed(graph);
    const order = inOrder(dependents, this.#choose(template)).filter((id) => resources.has(id));
    for (const id of order) {
      if (outcome.failed.some((failed) => dependents.get(id)!.has(failed))) {
        outcome.failed.push(id);
        continue;
      }
      const why = typeof removal === 'function' ? removal(id) : removal;
      const end = await this.#provisioner.remove(resources.get(id)!, why);
      outcome[end === 'retained' ? 'left' : end].push(id);
    }
    return outcome;
  }

  #choose(template: Template): Choose {
    return chooser(this.#order, template, this.#stream);
  }

  #refuseOtherTypes(template: Template, graph: Graph): void {
    for (const id of graph.keys()) {
      const before = this.#stack.resources.get(id)?.type;
      const after = template.Resources[id]!.Type;
      if (before === undefined || before === after) continue;
      const problem = `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${id}]`;
      throw this.#refused(`resource ${id} (${after})`, new Error(problem));
    }
  }

  #scope(desired: Desired, resources: ReadonlyMap<string, StackResource>): Scope {
    const { id } = this.#stack;
    return scopeOf(this.#stack, desired, resources, (name) => this.#exports.valueOf(id, name));
  }

  #outputs(scope: Scope): Pick<Deployed, 'outputs' | 'exports'> {
    try {
      const answers = outputsOf(scope);
      const problem = this.#exports.problemOf(this.#stack, answers.exports);
      if (problem !== undefined) throw new Error(problem);
      return answers;
    } catch (error) {
      throw this.#refused('the outputs', error as Error);
    }
  }

  #refused(place: string, cause: Error): DeploymentError {
    return new DeploymentError(this.#stack.id.name, place, cause.message, { cause, order: this.#order });
  }
}

function failureOf(failed: readonly string[]): string | undefined {
  if (failed.length === 0) return undefined;
  return `The following resource(s) failed to delete: [${failed.join(', ')}].`;
}
