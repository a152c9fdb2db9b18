import { expect, test } from 'vitest';
import type { MessageAttributes } from '../../../../core/queue-message.ts';
import { checkMessage, md5OfAttributes, messageSizeBytes } from '../../../../services/sqs/message.ts';

const text = (stringValue: string) => ({ dataType: 'String', stringValue });
const trace = Buffer.from('traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01');

// The digests are what AWS itself answered for these attributes.
test.each<[string, MessageAttributes, string | undefined]>([
  ['none', {}, undefined],
  ['one', { Foo: text('Bar') }, 'ae7155c6026991b6d54b11589678bf9c'],
  [
    'several, in any order',
    { 'Help.Me': text('Me'), Hello: text('There'), General: text('Kenobi') },
    '4c360f3fdafd970e05fae2f149d997f5',
  ],
  ['binary', { attr1: { dataType: 'Binary', binaryValue: trace } }, '8cbe4db156db8a94db8b801b7addb984'],
])('the digest of message attributes is the one that SDKs expect: %s', (_, attributes, digest) => {
  expect(md5OfAttributes(attributes)).toBe(digest);
});

test('size counts bytes, not characters, and the attributes too', () => {
  expect(messageSizeBytes({ body: 'é' })).toBe(2);
  expect(messageSizeBytes({ body: 'é', attributes: { Foo: text('Bär') } })).toBe(2 + 3 + 6 + 4);
});

test.each<[string, Parameters<typeof checkMessage>[0], string]>([
  ['an empty body', { body: '' }, 'MissingParameter'],
  ['a control character', { body: 'a\u0000' }, 'InvalidMessageContents'],
  ['half of a surrogate pair', { body: '\ud83d' }, 'InvalidMessageContents'],
  ['a body over the limit', { body: 'a'.repeat(1025) }, 'InvalidParameterValue'],
  ['a delay over 15 minutes', { body: 'a', delaySeconds: 901 }, 'InvalidParameterValue'],
  [
    'an attribute of unknown type',
    { body: 'a', attributes: { a: { dataType: 'Text', stringValue: 'x' } } },
    'InvalidParameterValue',
  ],
  ['an attribute without value', { body: 'a', attributes: { a: { dataType: 'String' } } }, 'InvalidParameterValue'],
  [
    'a number that is none',
    { body: 'a', attributes: { a: { dataType: 'Number', stringValue: 'x' } } },
    'InvalidParameterValue',
  ],
  ['a reserved attribute name', { body: 'a', attributes: { 'AWS.a': text('x') } }, 'InvalidParameterValue'],
  ['an attribute name with a trailing dot', { body: 'a', attributes: { 'a.': text('x') } }, 'InvalidParameterValue'],
])('%s is refused', (_, message, code) => {
  expect(() => checkMessage(message, 1024)).toThrow(expect.objectContaining({ name: code, status: 400 }));
});

test('a body of exactly the limit, with line breaks and emoji, is fine', () => {
  const body = `\t\r\n🎉${'a'.repeat(1024 - 7)}`;
  expect(() => checkMessage({ body, attributes: {} }, 1024)).not.toThrow();
});
