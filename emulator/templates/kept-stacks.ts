/** Stacks from one start to the next. */
import { basename, join } from 'node:path';
import type { Clock } from '../core/api.ts';
import { type Keeper, refill } from '../core/keeper.ts';
import type { DeployContext, ResourceTypes } from './resource-type.ts';
import { Stack, type StackResource, type StackState } from './stack.ts';
import type { StackRegistry } from './stack-registry.ts';

export interface KeptStacksParts {
  stacks: StackRegistry;
  /** How many resources each logical id has had, by the stack's name. */
  generations: Map<string, number>;
  types: ResourceTypes;
  services: unknown;
  clock: Clock;
  codeFolder: string;
}

/** Without what its type makes of `resolved`. */
type KeptResource = Omit<StackResource, 'properties' | 'context'> & { context: Omit<DeployContext, 'services'> };

interface Kept {
  /** The oldest first. */
  stacks: (Omit<StackState, 'resources'> & { resources: KeptResource[] })[];
  generations: ReadonlyMap<string, number>;
}

export class KeptStacks implements Keeper {
  readonly #parts: KeptStacksParts;

  constructor(parts: KeptStacksParts) {
    this.#parts = parts;
  }

  snapshot(): Kept {
    const { stacks, generations } = this.#parts;
    const kept = stacks
      .all()
      .map(({ state }) => ({ ...state, resources: [...state.resources.values()].map(keptResource) }));
    return { stacks: kept.reverse(), generations };
  }

  /** @throws Error for a type of resource, or a property, that is no longer known */
  restore({ stacks, generations }: Kept): void {
    refill(this.#parts.generations, generations);
    for (const { resources, ...state } of stacks) {
      const restored = new Map(resources.map((resource) => [resource.logicalId, this.#resource(resource)]));
      this.#parts.stacks.add(Stack.from({ ...state, resources: restored }, this.#parts.clock));
    }
  }

  #resource({ context, ...resource }: KeptResource): StackResource {
    const { types, services, codeFolder } = this.#parts;
    const type = types[resource.type];
    if (!type) throw new Error(`${resource.logicalId} is of the type ${resource.type}, which is not supported`);
    const assets = new Map([...context.assets].map(([hash, name]) => [hash, join(codeFolder, name)]));
    const properties = type.schema.parse(resource.resolved);
    return { ...resource, properties, context: { ...context, services, assets } };
  }
}

/** The folder in which everything is kept may be moved. */
function keptResource({
  properties: _,
  context: { services: __, ...context },
  ...resource
}: StackResource): KeptResource {
  const assets = new Map([...context.assets].map(([hash, folder]) => [hash, basename(folder)]));
  return { ...resource, context: { ...context, assets } };
}
