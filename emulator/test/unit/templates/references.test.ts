import { expect, test } from 'vitest';
import type { Template } from '../../../templates/intrinsics.ts';
import { requireReferences } from '../../../templates/references.ts';

const of = (value: object, Outputs: Template['Outputs'] = {}): Template => ({
  Parameters: { P: { Type: 'String' } },
  Resources: { R: { Type: 'T' }, Other: { Type: 'T', Properties: { value: value as never } } },
  Outputs,
});

test.each<[string, object]>([
  ['resources, parameters and pseudo parameters', [{ Ref: 'R' }, { Ref: 'P' }, { Ref: 'AWS::Region' }]],
  ['attributes in either form', [{ 'Fn::GetAtt': 'R.Arn' }, { 'Fn::GetAtt': ['R', 'Arn'] }]],
  ['texts with names, and with variables of their own', { 'Fn::Sub': ['${R}-${R.Arn}-${Own}-${!Text}', { Own: 'x' }] }],
])('%s may be referred to', (_, value) => {
  expect(() => requireReferences(of(value))).not.toThrow();
});

test.each<[string, object, string]>([
  ['Ref', { deep: [{ Ref: 'Nobody' }] }, 'Nobody'],
  ['Fn::GetAtt', { 'Fn::GetAtt': ['Nobody', 'Arn'] }, 'Nobody'],
  ['Fn::Sub', { 'Fn::Sub': '${Nobody.Arn} ${Nothing}' }, 'Nobody, Nothing'],
  ['a variable of Fn::Sub', { 'Fn::Sub': ['${Own}', { Own: { Ref: 'Nobody' } }] }, 'Nobody'],
])('%s to nothing is refused', (_, value, missing) => {
  const problem = `Template format error: Unresolved resource dependencies [${missing}] in the Resources block`;
  expect(() => requireReferences(of(value))).toThrow(problem);
});

test('outputs are looked at as well', () => {
  const template = of({}, { O: { Value: { Ref: 'Nobody' } } });
  expect(() => requireReferences(template)).toThrow('[Nobody] in the Outputs block of the template');
});
