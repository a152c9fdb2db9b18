/** A template seen with the values of its parameters and the resources that are there by now. */
import { conditionHolds, type ResourceAnswers, resolve, type Scope, TemplateError } from './intrinsics.ts';
import { dependencyGraph, type Graph } from './order.ts';
import type { Deployed, StackId, StackResource } from './stack.ts';

/** The template and parameters that a deployment brings. */
export type Desired = Pick<Deployed, 'template' | 'parameters'>;

/** Where a template is, or will be, deployed. */
export interface Place {
  id: StackId;
  arn?: string | undefined;
}

/** @param resources may grow while the scope is used */
export function scopeOf(
  { id: { name: stackName, account, region }, arn: stackArn }: Place,
  { template, parameters }: Desired,
  resources: ReadonlyMap<string, StackResource>,
  exported?: Scope['exported'],
): Scope {
  const answers = { get: (id: string): ResourceAnswers | undefined => resources.get(id)?.answers };
  return { account, region, stackName, stackArn, exported, template, parameters, resources: answers };
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

/** What a stack answers: its outputs by their names, and those that it exports by the names of the exports. */
export function outputsOf(scope: Scope): Pick<Deployed, 'outputs' | 'exports'> {
  const outputs: Record<string, string> = {};
  const exports: Record<string, string> = {};
  for (const [name, { Value, Condition, Export }] of Object.entries(scope.template.Outputs ?? {})) {
    const path = `Outputs.${name}`;
    if (Condition !== undefined && !conditionHolds(Condition, scope, path)) continue;
    const value = resolve(Value, scope, `${path}.Value`);
    outputs[name] = typeof value === 'string' ? value : JSON.stringify(value);
    if (Export === undefined) continue;
    const exported = resolve(Export, scope, `${path}.Export`) as { Name?: unknown };
    if (typeof exported?.Name !== 'string' || Object.keys(exported).length > 1) {
      throw new TemplateError(`${path}.Export`, 'expected a Name, and nothing else');
    }
    exports[exported.Name] = outputs[name];
  }
  return { outputs, exports };
}
