import { describe, expect, test } from 'vitest';
import { locationOf, templateOf } from '../../../templates/template-text.ts';

describe('the text of a template', () => {
  const none = { read: () => Promise.reject(new Error('nothing is read')) };
  const parsed = { Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } } } };

  test.each([
    ['JSON', JSON.stringify(parsed)],
    ['YAML', 'Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: q\n'],
  ])('may be %s', async (_, TemplateBody) => {
    expect(await templateOf({ TemplateBody }, none)).toEqual(parsed);
  });

  test.each<[string, object]>([
    ['!Ref Name', { Ref: 'Name' }],
    ['!GetAtt Q.Arn', { 'Fn::GetAtt': 'Q.Arn' }],
    ['!Sub "${AWS::Region}"', { 'Fn::Sub': '${AWS::Region}' }],
    ['!Join ["-", [!Ref A, b]]', { 'Fn::Join': ['-', [{ Ref: 'A' }, 'b']] }],
    ['!Sub ["${a}", {a: !Ref B}]', { 'Fn::Sub': ['${a}', { a: { Ref: 'B' } }] }],
    ['!ImportValue {"Fn::Sub": "${x}"}', { 'Fn::ImportValue': { 'Fn::Sub': '${x}' } }],
    ['!Condition C', { Condition: 'C' }],
  ])('may have the short form %s', async (short, value) => {
    const TemplateBody = `Resources: {Q: {Type: T, Properties: {P: ${short}}}}`;
    expect(await templateOf({ TemplateBody }, none)).toEqual({
      Resources: { Q: { Type: 'T', Properties: { P: value } } },
    });
  });

  test.each([
    ['nothing at all', {}, 'Either Template URL or Template Body must be specified.'],
    ['no resources', { TemplateBody: '{}' }, 'At least one Resources member must be defined.'],
    ['a resource without a type', { TemplateBody: 'Resources: {Q: {}}' }, '[/Resources/Q]'],
    ['a tag unknown here', { TemplateBody: 'Resources: {Q: {Type: !Transform x}}' }, 'Unresolved tag: !Transform'],
    ['what is no YAML', { TemplateBody: 'Resources: {' }, 'Template format error'],
    ['too much for a request', { TemplateBody: `#${'x'.repeat(51_200)}` }, 'less than or equal to 51200'],
  ])('%s is refused', async (_, source, problem) => {
    await expect(templateOf(source, none)).rejects.toThrow(problem);
  });

  test.each([
    ['https://127.0.0.1:4566/bucket/a/b.json', { bucket: 'bucket', key: 'a/b.json' }],
    ['https://s3.us-east-1.amazonaws.com/bucket/k%20.json', { bucket: 'bucket', key: 'k .json' }],
    ['https://bucket.s3.us-east-1.amazonaws.com/k.json', { bucket: 'bucket', key: 'k.json' }],
    ['https://example.com/bucket/k.json', undefined],
    ['http://s3.amazonaws.com/bucket/k.json', undefined],
    ['https://s3.amazonaws.com/bucket', undefined],
    ['no url', undefined],
  ])('at %s', (url, expected) => {
    if (expected) expect(locationOf(url, '127.0.0.1:4566')).toEqual(expected);
    else expect(() => locationOf(url, '127.0.0.1:4566')).toThrow('TemplateURL must be a supported URL.');
  });
});
