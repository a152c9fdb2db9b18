/** What a value of a template refers to; references to what isn't there are refused before anything is made. */
import { splitAttribute, type Template, TemplateError, type TemplateValue } from './intrinsics.ts';

/** @throws TemplateError in CloudFormation's words for the first section with references that lead nowhere */
export function requireReferences(template: Template): void {
  const known = new Set([...Object.keys(template.Resources), ...Object.keys(template.Parameters ?? {})]);
  for (const section of ['Resources', 'Outputs'] as const) {
    const named = referencesIn((template[section] ?? null) as TemplateValue);
    const missing = [...new Set(named)].filter((name) => !known.has(name) && !name.startsWith('AWS::'));
    if (missing.length === 0) continue;
    const problem = `Unresolved resource dependencies [${missing.join(', ')}] in the ${section} block of the template`;
    throw new TemplateError(section, `Template format error: ${problem}`);
  }
}

/** What Ref, Fn::GetAtt and Fn::Sub name, (pseudo) parameters included; variables that an Fn::Sub brings along are its own. */
export function referencesIn(value: TemplateValue | undefined): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, child]) => {
    if (key === 'Ref') return typeof child === 'string' ? [child] : referencesIn(child);
    if (key === 'Fn::GetAtt') return [splitAttribute(child).logicalId];
    if (key !== 'Fn::Sub') return referencesIn(child);
    const [text, variables = {}] = Array.isArray(child) ? child : [child];
    const own = Object.keys(variables as object);
    return [...tokensOf(String(text)).filter((name) => !own.includes(name)), ...referencesIn(variables)];
  });
}

/** Logical ids and parameters between `${` and `}`; `${!…}` is text. */
function tokensOf(text: string): string[] {
  return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, token]) => splitAttribute(token!.trim()).logicalId);
}
