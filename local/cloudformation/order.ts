/** In which order a template's resources are made: each after what it refers to or depends on. */
import { splitAttribute, type Template, TemplateError, type TemplateValue } from './intrinsics.ts';

/**
 * The logical ids of `wanted` (those whose condition holds), each after its dependencies.
 * @throws TemplateError when resources depend on each other in a circle, as CloudFormation refuses them.
 */
export function deployOrder(template: Template, wanted: readonly string[]): string[] {
  const included = new Set(wanted);
  const ordered = new Set<string>();

  const visit = (logicalId: string, path: readonly string[]): void => {
    if (ordered.has(logicalId)) return;
    if (path.includes(logicalId)) {
      const circle = [...path.slice(path.indexOf(logicalId)), logicalId].join(' → ');
      throw new TemplateError(`Resources.${logicalId}`, `circular dependency between resources: ${circle}`);
    }
    for (const dependency of dependenciesOf(template, logicalId)) {
      if (included.has(dependency)) visit(dependency, [...path, logicalId]);
    }
    ordered.add(logicalId);
  };

  for (const logicalId of wanted) visit(logicalId, []);
  return [...ordered];
}

function dependenciesOf(template: Template, logicalId: string): string[] {
  const { Properties, DependsOn = [] } = template.Resources[logicalId]!;
  const named = [DependsOn].flat();
  for (const dependency of named) {
    if (template.Resources[dependency]) continue;
    throw new TemplateError(`Resources.${logicalId}.DependsOn`, `there is no resource ${dependency}`);
  }
  return [...named, ...references(Properties ?? null)];
}

/** The names that a value refers to by Ref, Fn::GetAtt or Fn::Sub; (pseudo) parameters included. */
function references(value: TemplateValue): string[] {
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap(references);
  return Object.entries(value).flatMap(([name, child]) => {
    if (name === 'Ref') return [String(child)];
    if (name === 'Fn::GetAtt') return [splitAttribute(child).logicalId];
    if (name !== 'Fn::Sub') return references(child);
    const [text, variables = null] = Array.isArray(child) ? child : [child];
    return [...substituted(String(text)), ...references(variables)];
  });
}

function substituted(text: string): string[] {
  return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map((match) => splitAttribute(match[1]!.trim()).logicalId);
}
