/** What CloudFormation tells of a template before it is deployed. */
import type { XmlNode } from '../../../protocols/xml.ts';
import type { Template } from '../../../templates/intrinsics.ts';
import { neededCapability } from '../capabilities.ts';
import { isTrue } from './stack.ts';

/** As ValidateTemplate answers. */
export function templateElement(template: Template): { [name: string]: XmlNode } {
  const capability = neededCapability(template);
  return {
    Description: template.Description,
    Parameters: { member: parameterDeclarations(template) },
    ...(capability !== undefined && {
      Capabilities: { member: [capability] },
      CapabilitiesReason: `The following resource(s) require capabilities: [${identityTypes(template).join(', ')}]`,
    }),
  };
}

/** As GetTemplateSummary answers, which `aws cloudformation deploy` asks before it changes a stack. */
export function templateSummary(template: Template): XmlNode {
  const declared = parameterDeclarations(template);
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  return {
    ...templateElement(template),
    Parameters: {
      member: declared.map((each) => {
        const { Type, AllowedValues } = template.Parameters![each.ParameterKey]! as {
          Type: string;
          AllowedValues?: unknown[];
        };
        const constraints = AllowedValues && { AllowedValues: { member: AllowedValues.map(String) } };
        return { ...each, ParameterType: Type, ...(constraints && { ParameterConstraints: constraints }) };
      }),
    },
    Metadata: template.Metadata === undefined ? undefined : JSON.stringify(template.Metadata),
    ResourceTypes: { member: [...new Set(types)] },
    Version: template.AWSTemplateFormatVersion,
  };
}

function parameterDeclarations({ Parameters = {} }: Template) {
  return Object.entries(Parameters).map(([ParameterKey, { Default, NoEcho, Description }]) => ({
    ParameterKey,
    DefaultValue: Default === undefined ? undefined : String(Default),
    NoEcho: isTrue(NoEcho),
    Description,
  }));
}

function identityTypes({ Resources }: Template): string[] {
  const types = Object.values(Resources).map(({ Type }) => Type);
  return [...new Set(types.filter((type) => type.startsWith('AWS::IAM::')))];
}
