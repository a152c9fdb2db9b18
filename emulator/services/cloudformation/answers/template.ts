/** What CloudFormation tells of a template before it is deployed. */
import type { XmlNode } from '../../../protocols/xml.ts';
import type { Template } from '../../../templates/intrinsics.ts';
import { neededCapability } from '../capabilities.ts';
import { isTrue } from './stack.ts';

export function templateElement(template: Template): XmlNode {
  const capability = neededCapability(template);
  const parameters = Object.entries(template.Parameters ?? {}).map(([ParameterKey, declared]) => ({
    ParameterKey,
    DefaultValue: declared.Default === undefined ? undefined : String(declared.Default),
    NoEcho: isTrue(declared.NoEcho),
    Description: declared.Description,
  }));
  return {
    Description: template.Description,
    Parameters: { member: parameters },
    ...(capability !== undefined && {
      Capabilities: { member: [capability] },
      CapabilitiesReason: `The following resource(s) require capabilities: [${identityTypes(template).join(', ')}]`,
    }),
  };
}

function identityTypes({ Resources }: Template): string[] {
  const types = Object.values(Resources).map(({ Type }) => Type);
  return [...new Set(types.filter((type) => type.startsWith('AWS::IAM::')))];
}
