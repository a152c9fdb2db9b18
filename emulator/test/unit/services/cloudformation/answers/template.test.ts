import { describe, expect, test } from 'vitest';
import { templateSummary } from '../../../../../services/cloudformation/answers/template.ts';
import type { Template } from '../../../../../templates/intrinsics.ts';

describe('a summary of a template', () => {
  const Metadata = { 'AWS::CloudFormation::Interface': { ParameterGroups: [] } };
  const Parameters = {
    Stage: { Type: 'String', Default: 'test', AllowedValues: ['test', 'prod'], Description: 'Which one.' },
    Owner: { Type: 'String' },
  };
  const template: Template = { Metadata, Parameters, Resources: { Queue: { Type: 'AWS::SQS::Queue' } } };

  test('tells what the console shows: metadata as text, and the values that a parameter may have', () => {
    expect(templateSummary(template)).toMatchObject({
      Metadata: JSON.stringify(Metadata),
      Parameters: {
        member: [
          {
            ParameterKey: 'Stage',
            ParameterType: 'String',
            ParameterConstraints: { AllowedValues: { member: ['test', 'prod'] } },
          },
          { ParameterKey: 'Owner', ParameterType: 'String' },
        ],
      },
    });
  });

  test('has no metadata where the template has none', () => {
    const { Metadata: _, ...without } = template;
    expect(templateSummary(without)).toMatchObject({ Metadata: undefined });
  });
});
