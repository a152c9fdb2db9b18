/** Changes synthesized stacks before they are deployed to a local cloud. */
import { changeCodeFile, type StackInput, type TemplateResource, type TemplateValue } from '../emulator/index.ts';
import { SETTINGS_FILE } from '../functions/core/settings.ts';

type Properties = Record<string, TemplateValue>;

export function resourcesOf(stacks: readonly StackInput[], type: string): TemplateResource[] {
  return stacks.flatMap(({ template }) => Object.values(template.Resources)).filter(({ Type }) => Type === type);
}

/**
 * Changes properties of all resources of a type.
 * @param change what is added, or what makes the new properties of the present ones
 * @param functionName of the one function that is meant
 */
export function changeProperties(
  stacks: readonly StackInput[],
  type: string,
  change: Properties | ((present: Properties) => Properties),
  functionName?: string,
): void {
  for (const resource of resourcesOf(stacks, type)) {
    const present = resource.Properties ?? {};
    if (functionName !== undefined && present['FunctionName'] !== functionName) continue;
    resource.Properties = typeof change === 'function' ? change(present) : { ...present, ...change };
  }
}

/** No queue feeds the relay: whoever reads the messages invokes it. */
export function disableMappings(stacks: readonly StackInput[]): void {
  changeProperties(stacks, 'AWS::Lambda::EventSourceMapping', { Enabled: false });
}

/** Changes what every function, or the one named, is told of cdk.json. */
export function changeSettings(stacks: StackInput[], settings: Record<string, unknown>, functionName?: string): void {
  changeCodeFile(stacks, SETTINGS_FILE, (present) => ({ ...present, ...settings }), functionName);
}
