/** A template seen with the values of its parameters and the resources that are there by now. */
import { conditionHolds, type ResourceAnswers, resolve, type Scope } from './intrinsics.ts';
import { dependencyGraph, type Graph } from './order.ts';
import type { Deployed, StackId, StackResource } from './stack.ts';

/** The template and parameters that a deployment brings. */
export type Desired = Omit<Deployed, 'outputs'>;

/** @param resources may grow while the scope is used */
export function scopeOf(
  { name: stackName, account, region }: StackId,
  { template, parameters }: Desired,
  resources: ReadonlyMap<string, StackResource>,
): Scope {
  const answers = { get: (id: string): ResourceAnswers | undefined => resources.get(id)?.answers };
  return { account, region, stackName, template, parameters, resources: answers };
}

/**
 * The resources whose condition holds, or that have none, with their dependencies.
 * @throws TemplateError for a circle, and for a dependency that isn't there
 */
export function graphOf(scope: Scope): Graph {
  const { template } = scope;
  const wanted = Object.entries(template.Resources)
    .filter(([id, { Condition }]) => Condition === undefined || conditionHolds(Condition, scope, `Resources.${id}`))
    .map(([id]) => id);
  return dependencyGraph(template, wanted);
}

export function outputsOf(scope: Scope): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [name, { Value, Condition }] of Object.entries(scope.template.Outputs ?? {})) {
    const path = `Outputs.${name}`;
    if (Condition !== undefined && !conditionHolds(Condition, scope, path)) continue;
    const value = resolve(Value, scope, `${path}.Value`);
    outputs[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return outputs;
}
