/** What a new template means for a resource that is there: nothing, a change in place, or another resource. */
import { isDeepStrictEqual } from 'node:util';
import type { TemplateValue } from './intrinsics.ts';
import { isHarmless, type ResourceType } from './resource-type.ts';

export type Properties = { [name: string]: TemplateValue };
export type Change = 'none' | 'update' | 'replace';

/**
 * @param before resolved, as the new ones are
 * @throws Error in CloudFormation's words for a named resource that would have to be replaced, and for a change that is not known here
 */
export function changeOf(typeName: string, type: ResourceType, before: Properties, after: Properties): Change {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => !isDeepStrictEqual(before[name], after[name]));
  if (changed.length === 0) return 'none';

  const { named, replacedBy, update } = type as { named?: string; replacedBy: readonly string[] } & ResourceType;
  if (changed.some((name) => replacedBy.includes(name))) {
    const ownName = named && after[named];
    if (ownName !== undefined && !changed.includes(named!)) {
      throw new Error(
        `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${String(ownName)} and update the stack again.`,
      );
    }
    return 'replace';
  }
  const known: readonly string[] = update?.properties ?? [];
  const unknown = changed.find((name) => !known.includes(name) && !isHarmless(type, name));
  if (unknown !== undefined) throw new Error(`update of property ${unknown} of type ${typeName} is not supported here`);
  return 'update';
}
