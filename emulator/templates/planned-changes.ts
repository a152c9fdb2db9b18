/** What a change set says that it would do, resource by resource and property by property. */
import { isDeepStrictEqual } from 'node:util';
import type { Properties } from './change.ts';
import { type Resolved, resolve, type Scope } from './intrinsics.ts';
import { inOrder } from './order.ts';
import { referencesIn } from './references.ts';
import type { ResourceTypes } from './resource-type.ts';
import { type Desired, graphOf, scopeOf } from './scope.ts';
import type { Stack, StackResource } from './stack.ts';

export interface PlannedChange {
  action: 'Add' | 'Modify' | 'Remove';
  logicalId: string;
  type: string;
  physicalId?: string;
  /** `Conditional` where it depends on what another resource turns out to be. */
  replacement?: 'True' | 'False' | 'Conditional';
  properties: PlannedProperty[];
  /** All properties as far as they are known: those of before, and those of afterwards. */
  before?: Properties;
  after?: Properties;
}

export interface PlannedProperty {
  name: string;
  requiresRecreation: 'Always' | 'Never';
  /** The resource of the stack that decides the value; without one, the value is known. */
  causedBy?: string;
}

/** What CloudFormation shows for a value that another resource will have. */
const KNOWN_AFTERWARDS = '{{changeSet:KNOWN_AFTER_APPLY}}';

export interface PlanParts {
  types: ResourceTypes;
  exported: NonNullable<Scope['exported']>;
}

export function plannedChanges(stack: Stack, desired: Desired, { types, exported }: PlanParts): PlannedChange[] {
  const scope = scopeOf(stack, desired, stack.resources, exported);
  const graph = graphOf(scope);
  /** Those that will be others than now. */
  const unsettled = new Set<string>();
  const changes = inOrder(graph, ([first]) => first!).flatMap((logicalId): PlannedChange[] => {
    const before = stack.resources.get(logicalId);
    const { Type: type, Properties: wanted = {} } = desired.template.Resources[logicalId]!;
    const after = afterwards(wanted, scope, unsettled, logicalId);
    if (!before) {
      unsettled.add(logicalId);
      return [{ action: 'Add', logicalId, type, properties: [], after: after.properties }];
    }
    const properties = changedProperties(before, after, types[type]?.replacedBy ?? []);
    if (properties.length === 0) return [];
    const replacement = replacementOf(properties);
    if (replacement !== 'False') unsettled.add(logicalId);
    const physicalId = before.answers.ref;
    const shown = { before: before.resolved, after: after.properties };
    return [{ action: 'Modify', logicalId, type, physicalId, replacement, properties, ...shown }];
  });
  const gone = [...stack.resources.values()].filter(({ logicalId }) => !graph.has(logicalId));
  const removals = gone.map(
    ({ logicalId, type, answers, resolved }): PlannedChange => ({
      action: 'Remove',
      logicalId,
      type,
      physicalId: answers.ref,
      properties: [],
      before: resolved,
    }),
  );
  return [...changes, ...removals];
}

interface Afterwards {
  properties: Properties;
  /** The resource that decides a property's value, by the property's name. */
  causes: Map<string, string>;
}

function afterwards(wanted: Properties, scope: Scope, unsettled: ReadonlySet<string>, logicalId: string): Afterwards {
  const properties: Properties = {};
  const causes = new Map<string, string>();
  for (const [name, value] of Object.entries(wanted)) {
    const cause = referencesIn(value).find((id) => unsettled.has(id));
    if (cause !== undefined) causes.set(name, cause);
    const resolved = cause === undefined ? resolvedOrUnknown(value, scope, `${logicalId}.${name}`) : KNOWN_AFTERWARDS;
    if (resolved !== undefined) properties[name] = resolved;
  }
  return { properties, causes };
}

/** What can't be resolved fails when it is deployed; a change set is made all the same. */
function resolvedOrUnknown(value: Properties[string], scope: Scope, path: string): Resolved {
  try {
    return resolve(value, scope, path);
  } catch {
    return KNOWN_AFTERWARDS;
  }
}

function changedProperties(
  { resolved }: StackResource,
  { properties, causes }: Afterwards,
  replacedBy: readonly string[],
): PlannedProperty[] {
  const names = new Set([...Object.keys(resolved), ...Object.keys(properties)]);
  return [...names]
    .filter((name) => !isDeepStrictEqual(resolved[name], properties[name]))
    .map((name): PlannedProperty => {
      const causedBy = causes.get(name);
      const requiresRecreation = replacedBy.includes(name) ? 'Always' : 'Never';
      return { name, requiresRecreation, ...(causedBy !== undefined && { causedBy }) };
    });
}

function replacementOf(properties: readonly PlannedProperty[]): NonNullable<PlannedChange['replacement']> {
  const recreating = properties.filter(({ requiresRecreation }) => requiresRecreation === 'Always');
  if (recreating.length === 0) return 'False';
  return recreating.some(({ causedBy }) => causedBy === undefined) ? 'True' : 'Conditional';
}
