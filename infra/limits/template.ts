/** The parts of a synthesized stack that its limits depend on. */

/** A synthesized stack, as much of it as its limits need. */
export interface SynthesizedStack {
  name: string;
  account: string;
  region: string;
  template: Template;
  /** Whether a bucket of `cdk bootstrap` carries the template; otherwise it travels in the request. */
  hasBucket: boolean;
}

export interface Template {
  Resources: Record<string, Resource>;
  Outputs?: Record<string, unknown>;
}

export interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type of resource has properties of its own
  Properties?: any;
}

/** The resources of one type, with their logical ids. */
export function resourcesOf(
  { template }: SynthesizedStack,
  type: string,
): [id: string, properties: Resource['Properties']][] {
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]) => [id, Properties ?? {}]);
}
