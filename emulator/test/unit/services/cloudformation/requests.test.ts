import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readForm } from '../../../../protocols/query-form.ts';
import { requireCapabilities } from '../../../../services/cloudformation/capabilities.ts';
import { givenParameters, storedParameters } from '../../../../services/cloudformation/request-parameters.ts';
import { CodeArchives } from '../../../../services/lambda/code-archives.ts';
import type { S3Service } from '../../../../services/s3/service.ts';
import { locationOf, templateOf } from '../../../../templates/template-text.ts';

describe('a form', () => {
  const shape = z.strictObject({ Tags: z.array(z.strictObject({ Key: z.string() })).optional(), Name: z.string() });

  test('holds lists by their numbers, not by their order', () => {
    const form = new URLSearchParams('Action=A&Version=1&Name=n&Tags.member.10.Key=b&Tags.member.2.Key=a');
    expect(readForm('A', form, shape)).toEqual({ Name: 'n', Tags: [{ Key: 'a' }, { Key: 'b' }] });
  });

  test.each([
    ['Name=n&Other=1', 'A is refused: Unrecognized key: "Other"'],
    ['Name=n&Tags.member.1.Value=v', 'A is refused: Tags: 0: Key'],
    ['Tags.member.1.Key=v', 'A is refused: Name: '],
  ])('%s is refused by name', (query, problem) => {
    expect(() => readForm('A', new URLSearchParams(query), shape)).toThrow(problem);
  });
});

describe('the parameters of a request', () => {
  const template = {
    Parameters: {
      Kept: { Type: 'String', Default: 'new default' },
      Needed: { Type: 'String' },
      Version: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/version' },
    },
    Resources: {},
  };
  const before = { template, parameters: { Kept: 'before', Needed: 'n' } };
  const keep = (ParameterKey: string) => ({ ParameterKey, UsePreviousValue: 'true' as const });

  test.each([
    ['takes its default again where nothing is said', [], { Kept: 'new default' }],
    ['keeps its value where that is asked for', [keep('Kept'), keep('Version')], { Kept: 'before' }],
    ['takes what is given', [{ ParameterKey: 'Kept', ParameterValue: 'x' }], { Kept: 'x' }],
  ])('a parameter %s', (_, given, expected) => {
    expect(givenParameters(template, given, before)).toEqual(expected);
  });

  test('there is no previous value of what was not there', () => {
    expect(() => givenParameters(template, [keep('Kept')], undefined)).toThrow('Invalid input for parameter key Kept.');
  });

  test('those of the store are read from it, or the request is refused', () => {
    expect(storedParameters(template, [], (name) => `value of ${name}`)).toEqual({ Version: 'value of /version' });
    expect(() => storedParameters(template, [], () => undefined)).toThrow(
      'Unable to fetch parameters [/version] from parameter store for this account.',
    );
  });
});

describe('the text of a template', () => {
  const none = { read: () => Promise.reject(new Error('nothing is read')) };
  const parsed = { Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } } } };

  test.each([
    ['JSON', JSON.stringify(parsed)],
    ['YAML', 'Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: q\n'],
  ])('may be %s', async (_, TemplateBody) => {
    expect(await templateOf({ TemplateBody }, none)).toEqual(parsed);
  });

  test.each([
    ['nothing at all', {}, 'Either Template URL or Template Body must be specified.'],
    ['no resources', { TemplateBody: '{}' }, 'At least one Resources member must be defined.'],
    ['a resource without a type', { TemplateBody: 'Resources: {Q: {}}' }, '[/Resources/Q]'],
    ['a short form', { TemplateBody: 'Resources: {Q: {Type: !Ref x}}' }, 'Unresolved tag: !Ref'],
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

describe('capabilities', () => {
  const role = (Properties: Record<string, string>) => ({ Resources: { R: { Type: 'AWS::IAM::Role', Properties } } });

  test.each([
    ['no identities', { Resources: { Q: { Type: 'AWS::SQS::Queue' } } }, [], undefined],
    ['a role', role({}), [], 'Requires capabilities : [CAPABILITY_IAM]'],
    ['a role', role({}), ['CAPABILITY_IAM'], undefined],
    ['a named role', role({ RoleName: 'r' }), ['CAPABILITY_IAM'], 'Requires capabilities : [CAPABILITY_NAMED_IAM]'],
    ['a named role', role({ RoleName: 'r' }), ['CAPABILITY_NAMED_IAM'], undefined],
  ])('of %s with %j', (_, template, given, problem) => {
    const required = () => requireCapabilities(template, given);
    if (problem === undefined) expect(required).not.toThrow();
    else expect(required).toThrow(problem);
  });
});

describe('an archive of code', () => {
  const unpack = async (files: Record<string, string> | undefined, use: (folder: string) => void = () => undefined) => {
    const bytes = files && zipSync(Object.fromEntries(Object.entries(files).map(([name, it]) => [name, strToU8(it)])));
    const s3 = { readObject: async () => Buffer.from(bytes ?? 'no archive') } as unknown as S3Service;
    const folder = mkdtempSync(join(tmpdir(), 'code-'));
    try {
      use((await new CodeArchives({ s3, folder }).unpack('b', 'k')).folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test('is unpacked with its folders', async () => {
    await unpack({ 'index.mjs': 'a', 'lib/b.mjs': 'b' }, (folder) => {
      expect(readFileSync(join(folder, 'lib/b.mjs'), 'utf8')).toBe('b');
    });
  });

  test.each(['../outside.mjs', 'a/../../outside.mjs', '/outside.mjs'])('with %s is refused', async (name) => {
    await expect(unpack({ [name]: 'x' })).rejects.toThrow(`The archive names a file outside of it: ${name}`);
  });

  test('that is none is refused', async () => {
    await expect(unpack(undefined)).rejects.toThrow('Could not unzip uploaded file');
  });
});
