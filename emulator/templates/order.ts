/**
 * In which order resources are made or removed. CloudFormation works on everything at once whose dependencies are done, so
 * every order that the dependencies allow may happen: one is drawn from a seed, or the most unfortunate one is taken.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-dependson.html
 */
import { Random } from '../core/random.ts';
import { type Template, TemplateError } from './intrinsics.ts';
import { referencesIn } from './references.ts';
import { textReferences } from './text-references.ts';

/**
 * - A seed.
 * - `first`: this resource as early as it may be, after nothing but what it depends on. A template's orders of this kind
 *   together have every two resources in either order, where there is a choice.
 * - `worst`: one order for all of them. First comes what speaks of others by text alone; `worst-mirrored`: last comes what
 *   others speak of. In both, whatever grants something comes as late as it may.
 */
export type DeployOrder = number | { first: string } | 'worst' | 'worst-mirrored';

/** Logical ids, each with those that must come before it. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Takes one of those that may be next; `waiting` are all that are still to come, these among them. */
export type Choose = (ready: readonly string[], waiting: ReadonlySet<string>) => string;

/**
 * What each resource of `wanted` depends on among them: `DependsOn`, `Ref`, `Fn::GetAtt` and `Fn::Sub`, nothing else.
 * @throws TemplateError when resources depend on each other in a circle, or on one that isn't there
 */
export function dependencyGraph(template: Template, wanted: readonly string[]): Graph {
  const included = new Set(wanted);
  const graph = new Map<string, Set<string>>();
  for (const logicalId of wanted) {
    graph.set(logicalId, new Set(dependenciesOf(template, logicalId).filter((id) => included.has(id))));
  }
  refuseCircles(graph);
  return graph;
}

/** Dependents first, for removal. */
export function reversed(graph: Graph): Graph {
  const turned = new Map<string, Set<string>>([...graph.keys()].map((id) => [id, new Set<string>()]));
  for (const [id, dependencies] of graph) {
    for (const dependency of dependencies) turned.get(dependency)!.add(id);
  }
  return turned;
}

export function inOrder(graph: Graph, choose: Choose): string[] {
  const order: string[] = [];
  const waiting = new Set(graph.keys());
  while (waiting.size > 0) {
    const ready = [...waiting].filter((id) => [...graph.get(id)!].every((dependency) => !waiting.has(dependency)));
    const next = choose(ready, waiting);
    waiting.delete(next);
    order.push(next);
  }
  return order;
}

/** More than a template has mentions of one resource. */
const MANY = 1e6;

/** What others may need without naming it. */
const GRANTS = [
  'AWS::IAM::Policy',
  'AWS::IAM::ManagedPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::S3::BucketPolicy',
  'AWS::Lambda::Permission',
];

/** @param stream tells the draws of one seed apart: another stack, another operation */
export function chooser(order: DeployOrder, template: Template, stream: string): Choose {
  if (typeof order === 'number') {
    const random = new Random(order, stream);
    return (ready) => random.pick(ready);
  }
  const later = [...Object.keys(template.Resources)].reverse();
  if (typeof order === 'object') {
    const early = withDependencies(order.first, template);
    return (ready) => ready.find((id) => early.has(id)) ?? later.find((id) => ready.includes(id))!;
  }
  // A statement may name what isn't there.
  const mentions = textReferences(template).filter(({ path }) => !/\.PolicyDocument\.Statement\./.test(path));
  /** How unfortunate it is to take this one now: the more of what it names is still to come, or the less it is named. */
  const score = (id: string, waiting: ReadonlySet<string>): number => {
    const speaks = mentions.filter(({ from, to }) => from === id && waiting.has(to)).length;
    if (speaks === 0 && GRANTS.includes(template.Resources[id]!.Type)) return Number.NEGATIVE_INFINITY;
    const spokenOf = mentions.filter(({ from, to }) => to === id && waiting.has(from)).length;
    // The one counts first, the other where that is equal.
    return order === 'worst' ? speaks * MANY - spokenOf : speaks - spokenOf * MANY;
  };
  return (ready, waiting) => {
    const best = Math.max(...ready.map((id) => score(id, waiting)));
    return later.find((id) => ready.includes(id) && score(id, waiting) === best)!;
  };
}

export function describeOrder(order: DeployOrder): string {
  if (typeof order === 'object') return `${order.first} first`;
  return typeof order === 'number' ? `deploySeed ${order}` : `the order "${order}"`;
}

function withDependencies(logicalId: string, template: Template): Set<string> {
  const found = new Set<string>();
  const visit = (id: string): void => {
    if (found.has(id) || !template.Resources[id]) return;
    found.add(id);
    for (const dependency of dependenciesOf(template, id)) visit(dependency);
  };
  visit(logicalId);
  return found;
}

function dependenciesOf(template: Template, logicalId: string): string[] {
  const { Properties, DependsOn = [] } = template.Resources[logicalId]!;
  const named = [DependsOn].flat();
  for (const dependency of named) {
    if (template.Resources[dependency]) continue;
    throw new TemplateError(`Resources.${logicalId}.DependsOn`, `there is no resource ${dependency}`);
  }
  return [...named, ...referencesIn(Properties)];
}

function refuseCircles(graph: Graph): void {
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (done.has(id)) return;
    if (path.includes(id)) {
      const circle = [...path.slice(path.indexOf(id)), id].join(' → ');
      throw new TemplateError(`Resources.${id}`, `circular dependency between resources: ${circle}`);
    }
    for (const dependency of graph.get(id)!) visit(dependency, [...path, id]);
    done.add(id);
  };
  for (const id of graph.keys()) visit(id, []);
}
