/** Makes, changes and removes single resources of a stack, and tells the stack of it. */
import type { z } from 'zod';
import type { StackInput } from './assembly.ts';
import { changeOf, type Properties } from './change.ts';
import { DeploymentError } from './errors.ts';
import { type ResourceAnswers, resolve, type Scope } from './intrinsics.ts';
import type { DeployOrder } from './order.ts';
import { type DeployContext, HalfMade, type ResourceType, type ResourceTypes } from './resource-type.ts';
import type { Stack, StackResource } from './stack.ts';

export interface ProvisionerParts {
  stack: Stack;
  types: ResourceTypes;
  services: unknown;
  assets: StackInput['assets'];
  order: DeployOrder;
  /**
   * Set where what is there already is taken over rather than refused: whether a stack has it.
   * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
   */
  isOwned?: ((type: string, physicalId: string) => boolean) | undefined;
  /** Counts what the stack's name and a logical id have had so far. */
  nextGeneration: (logicalId: string) => number;
}

/** A resource as the template wants it, ready to be made. */
interface Wanted extends Pick<StackResource, 'logicalId' | 'type' | 'resolved' | 'properties'> {
  kind: ResourceType;
  policies: Pick<StackResource, 'deletionPolicy' | 'updateReplacePolicy'>;
  isImportable: boolean;
}

/** Why a resource goes: its stack's or its own creation is undone, it was taken out of the template, another took its place. */
export type Removal = 'undone' | 'removed' | 'replaced';

const REPLACEMENT = 'Requested update requires the creation of a new physical resource; hence creating one.';

export class Provisioner {
  readonly #parts: ProvisionerParts;

  constructor(parts: ProvisionerParts) {
    this.#parts = parts;
  }

  /**
   * @param onHalfMade told of what is there although it failed
   * @throws DeploymentError
   */
  async create(logicalId: string, scope: Scope, onHalfMade: (resource: StackResource) => void): Promise<StackResource> {
    this.#parts.stack.report({ logicalId, type: typeOf(logicalId, scope) }, 'CREATE_IN_PROGRESS');
    return this.#attempt(logicalId, scope, 'CREATE_FAILED', () =>
      this.#make(this.#wanted(logicalId, scope), onHalfMade),
    );
  }

  /**
   * @param onAttempt told before anything is changed in place
   * @returns the resource itself where nothing has changed
   * @throws DeploymentError
   */
  async update(
    before: StackResource,
    scope: Scope,
    { onAttempt, onHalfMade }: { onAttempt: () => void; onHalfMade: (resource: StackResource) => void },
  ): Promise<StackResource> {
    const { logicalId } = before;
    return this.#attempt(logicalId, scope, 'UPDATE_FAILED', async () => {
      const wanted = this.#wanted(logicalId, scope);
      const change = changeOf(wanted.type, wanted.kind, before.resolved, wanted.resolved);
      if (change === 'none') return { ...before, ...wanted.policies };
      this.#report(wanted, 'UPDATE_IN_PROGRESS', before.answers, change === 'replace' ? REPLACEMENT : undefined);
      if (change === 'replace') return this.#make(wanted, onHalfMade);
      onAttempt();
      const context = { ...before.context, assets: this.#parts.assets };
      await run(wanted.kind, before, wanted.properties, context);
      this.#report(wanted, 'UPDATE_COMPLETE', before.answers);
      const { resolved, properties, policies } = wanted;
      return { ...before, ...policies, resolved, properties, context };
    });
  }

  /** Back to what it was before an update in place. @throws DeploymentError */
  async revert(after: StackResource, before: StackResource): Promise<void> {
    const { logicalId, type } = before;
    this.#report(before, 'UPDATE_IN_PROGRESS', before.answers);
    try {
      await run(this.#parts.types[type]!, after, before.properties, before.context);
    } catch (error) {
      throw this.#failed(logicalId, type, 'UPDATE_FAILED', error);
    }
    this.#report(before, 'UPDATE_COMPLETE', before.answers);
  }

  /** @returns `failed` when the service refused; the stack's events say why */
  async remove(resource: StackResource, removal: Removal): Promise<'removed' | 'retained' | 'failed'> {
    const { type, answers, properties, context } = resource;
    if (isRetained(resource, removal)) {
      this.#report(resource, 'DELETE_SKIPPED', answers);
      return 'retained';
    }
    this.#report(resource, 'DELETE_IN_PROGRESS', answers);
    try {
      await this.#parts.types[type]!.remove({ ...answers, properties: properties as never }, context);
    } catch (error) {
      this.#report(resource, 'DELETE_FAILED', answers, (error as Error).message);
      return 'failed';
    }
    this.#report(resource, 'DELETE_COMPLETE', answers);
    return 'removed';
  }

  async #make(wanted: Wanted, onHalfMade: (resource: StackResource) => void): Promise<StackResource> {
    const { kind, policies, isImportable: _, ...rest } = wanted;
    const context = this.#context(wanted.logicalId);
    const found = await this.#findExisting(wanted, context);
    if (found) {
      this.#report(wanted, 'IMPORT_COMPLETE', found);
      return { ...rest, ...policies, answers: found, context, imported: true };
    }
    try {
      const answers = await kind.create(wanted.properties as never, context);
      this.#report(wanted, 'CREATE_IN_PROGRESS', answers, 'Resource creation Initiated');
      this.#report(wanted, 'CREATE_COMPLETE', answers);
      return { ...rest, ...policies, answers, context };
    } catch (error) {
      if (error instanceof HalfMade) onHalfMade({ ...rest, ...policies, answers: error.answers, context });
      throw error;
    }
  }

  /** As it is: an import compares nothing and changes nothing. */
  async #findExisting({ kind, type, resolved, isImportable }: Wanted, context: DeployContext) {
    const { isOwned } = this.#parts;
    if (!isOwned || !isImportable || !kind.find || isOwned(type, String(resolved[kind.named!]))) return undefined;
    return kind.find(String(resolved[kind.named!]), context);
  }

  #wanted(logicalId: string, scope: Scope): Wanted {
    const resource = scope.template.Resources[logicalId]!;
    const kind = this.#parts.types[resource.Type];
    if (!kind) throw new Error('this type of resource is not supported');
    const resolved = resolve(resource.Properties ?? {}, scope, `Resources.${logicalId}.Properties`) as Properties;
    const parsed = kind.schema.safeParse(resolved);
    if (!parsed.success) throw new Error(parsed.error.issues.map(describeIssue).join('; '));
    const policies = {
      deletionPolicy: (resource['DeletionPolicy'] ?? 'Delete') as StackResource['deletionPolicy'],
      updateReplacePolicy: (resource['UpdateReplacePolicy'] ?? 'Delete') as StackResource['updateReplacePolicy'],
    };
    // A name that the template gives in so many words, and a resource that it wants to be kept.
    const isNamed = kind.named !== undefined && typeof resource.Properties?.[kind.named] === 'string';
    const isImportable = isNamed && policies.deletionPolicy !== 'Delete';
    return { logicalId, type: resource.Type, kind, resolved, properties: parsed.data, policies, isImportable };
  }

  #context(logicalId: string): DeployContext {
    const { stack, services, assets, nextGeneration } = this.#parts;
    const { name: stackName, account, region } = stack.id;
    return { services, account, region, stackName, logicalId, assets, generation: nextGeneration(logicalId) };
  }

  async #attempt<T>(
    logicalId: string,
    scope: Scope,
    status: 'CREATE_FAILED' | 'UPDATE_FAILED',
    task: () => Promise<T>,
  ): Promise<T> {
    try {
      return await task();
    } catch (error) {
      throw this.#failed(logicalId, typeOf(logicalId, scope), status, error);
    }
  }

  #failed(logicalId: string, type: string, status: 'CREATE_FAILED' | 'UPDATE_FAILED', cause: unknown): DeploymentError {
    const { stack, order } = this.#parts;
    const { message } = cause as Error;
    stack.report({ logicalId, type }, status, { reason: message });
    return new DeploymentError(stack.id.name, `resource ${logicalId} (${type})`, message, { cause, order });
  }

  #report(
    resource: { logicalId: string; type: string },
    status: Parameters<Stack['report']>[1],
    { ref }: ResourceAnswers,
    reason?: string,
  ): void {
    this.#parts.stack.report(resource, status, { physicalId: ref, ...(reason !== undefined && { reason }) });
  }
}

/**
 * `RetainExceptOnCreate` keeps a resource but in the operation that made it.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
 */
export function isRetained(
  {
    deletionPolicy,
    updateReplacePolicy,
    imported,
  }: Pick<StackResource, 'deletionPolicy' | 'updateReplacePolicy' | 'imported'>,
  removal: Removal,
): boolean {
  if (imported && removal === 'undone') return true;
  if (removal === 'replaced') return updateReplacePolicy === 'Retain';
  return deletionPolicy === 'Retain' || (deletionPolicy === 'RetainExceptOnCreate' && removal === 'removed');
}

function typeOf(logicalId: string, { template }: Scope): string {
  return template.Resources[logicalId]!.Type;
}

async function run(
  kind: ResourceType,
  made: StackResource,
  properties: unknown,
  context: DeployContext,
): Promise<void> {
  await kind.update?.run({ ...made.answers, properties: made.properties as never }, properties as never, context);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') return `property ${path}: ${issue.message}`;
  return issue.keys.map((key) => `property ${path ? `${path}.` : ''}${key} is not supported`).join('; ');
}
