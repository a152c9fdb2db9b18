/** What a change set says that it would do, resource by resource. */

import { changeOf, type Properties } from './change.ts';
import { resolve } from './intrinsics.ts';
import type { ResourceTypes } from './resource-type.ts';
import { type Desired, graphOf, scopeOf } from './scope.ts';
import type { Stack, StackResource } from './stack.ts';

export interface PlannedChange {
  action: 'Add' | 'Modify' | 'Remove';
  logicalId: string;
  type: string;
  physicalId?: string;
  /** `Conditional` where it depends on what another resource turns out to be, or where the change would fail. */
  replacement?: 'True' | 'False' | 'Conditional';
}

/** By the resources as they are: who refers to something that is still to be made is told as a change. */
export function plannedChanges(stack: Stack, desired: Desired, types: ResourceTypes): PlannedChange[] {
  const graph = graphOf(scopeOf(stack.id, desired, stack.resources));
  const changes: PlannedChange[] = [];
  for (const logicalId of graph.keys()) {
    const before = stack.resources.get(logicalId);
    const type = desired.template.Resources[logicalId]!.Type;
    if (!before) {
      changes.push({ action: 'Add', logicalId, type });
      continue;
    }
    const replacement = replacementOf(stack, before, desired, types);
    if (replacement === undefined) continue;
    changes.push({ action: 'Modify', logicalId, type, physicalId: before.answers.ref, replacement });
  }
  for (const { logicalId, type, answers } of stack.resources.values()) {
    if (!graph.has(logicalId)) changes.push({ action: 'Remove', logicalId, type, physicalId: answers.ref });
  }
  return changes;
}

function replacementOf(
  stack: Stack,
  before: StackResource,
  desired: Desired,
  types: ResourceTypes,
): PlannedChange['replacement'] {
  const { logicalId, type } = before;
  const { Properties = {} } = desired.template.Resources[logicalId]!;
  try {
    const scope = scopeOf(stack.id, desired, stack.resources);
    const after = resolve(Properties, scope, `Resources.${logicalId}.Properties`) as Properties;
    const change = changeOf(type, types[type]!, before.resolved, after);
    return { none: undefined, update: 'False' as const, replace: 'True' as const }[change];
  } catch {
    return 'Conditional';
  }
}
