/**
 * What CloudFormation refuses of a template before it looks at any resource.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
import type { StackInput } from './assembly.ts';
import type { Template } from './intrinsics.ts';

/** Passed along with the request, as for a stack without a bucket of the CDK's. */
const MAX_BODY_BYTES = 51_200;
/** Fetched from a bucket: "1 MB", which CloudFormation counts in thousands. */
const MAX_UPLOADED_BYTES = 1_000_000;
const MAX_DESCRIPTION_BYTES = 1024;
const MAX_ENTRIES: [section: keyof Template, singular: string, most: number][] = [
  ['Resources', 'resources', 500],
  ['Parameters', 'parameters', 200],
  ['Outputs', 'outputs', 200],
  ['Mappings', 'mappings', 200],
];

/** `Rules` are judged with the parameters; `Metadata` describes. */
const SECTIONS =
  'AWSTemplateFormatVersion Description Metadata Parameters Rules Mappings Conditions Resources Outputs'.split(' ');
const RESOURCE_KEYS = 'Type Properties DependsOn Condition Metadata DeletionPolicy UpdateReplacePolicy'.split(' ');
const POLICIES: Record<string, string[]> = {
  DeletionPolicy: ['Delete', 'Retain', 'RetainExceptOnCreate'],
  UpdateReplacePolicy: ['Delete', 'Retain'],
};

export interface TemplateProblem {
  /** e.g. `the template` */
  place: string;
  problem: string;
}

/** The first thing that is too large, too many or unknown here. */
export function templateProblem({ template, templateUploaded }: StackInput): TemplateProblem | undefined {
  return sizeProblem(template, templateUploaded) ?? sectionProblem(template);
}

/** As the CDK writes it into the assembly. */
export function templateBytes(template: Template): number {
  return Buffer.byteLength(JSON.stringify(template, null, 1));
}

function sizeProblem(template: Template, uploaded: boolean): TemplateProblem | undefined {
  const place = 'the template';
  const bytes = templateBytes(template);
  if (bytes > MAX_UPLOADED_BYTES) {
    return { place, problem: `Template may not exceed ${MAX_UPLOADED_BYTES} bytes in size, and has ${bytes}` };
  }
  if (!uploaded && bytes > MAX_BODY_BYTES) {
    const constraint = `Member must have length less than or equal to ${MAX_BODY_BYTES}`;
    const problem = `templateBody of ${bytes} bytes without a bucket to carry it failed to satisfy constraint: ${constraint}`;
    return { place, problem };
  }
  const description = Buffer.byteLength(template.Description ?? '');
  if (description > MAX_DESCRIPTION_BYTES) {
    return { place, problem: `Description of ${description} bytes is longer than ${MAX_DESCRIPTION_BYTES}` };
  }
  for (const [section, plural, most] of MAX_ENTRIES) {
    const count = Object.keys(template[section] ?? {}).length;
    if (count <= most) continue;
    return { place, problem: `Number of ${plural}, ${count}, is greater than maximum allowed, ${most}` };
  }
  return undefined;
}

function sectionProblem(template: Template): TemplateProblem | undefined {
  const section = Object.keys(template).find((key) => !SECTIONS.includes(key));
  if (section !== undefined) return { place: 'the template', problem: `${section} is not supported` };
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    const place = `resource ${logicalId} (${resource.Type})`;
    const key = Object.keys(resource).find((each) => !RESOURCE_KEYS.includes(each));
    if (key !== undefined) return { place, problem: `${key} is not supported` };
    for (const [name, known] of Object.entries(POLICIES)) {
      const value = resource[name];
      if (value === undefined || known.includes(String(value))) continue;
      return { place, problem: `${name} ${JSON.stringify(value)} is not supported` };
    }
  }
  return undefined;
}
