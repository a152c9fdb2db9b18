import { describe, expect, test } from 'vitest';
import { parseFunctionName } from '../../../../services/lambda/function-name.ts';

const home = { account: '111111111111', region: 'us-east-1' };
const arn = 'arn:aws:lambda:eu-west-1:222222222222:function:relay';

describe('a function can be named as AWS allows it', () => {
  test.each([
    ['relay', undefined, { ...home, name: 'relay', qualifier: undefined }],
    ['relay:live', undefined, { ...home, name: 'relay', qualifier: 'live' }],
    ['relay', '$LATEST', { ...home, name: 'relay', qualifier: '$LATEST' }],
    ['222222222222:function:relay', undefined, { ...home, account: '222222222222', name: 'relay' }],
    [arn, '3', { account: '222222222222', region: 'eu-west-1', name: 'relay', qualifier: '3' }],
    [`${arn}:live`, 'live', { account: '222222222222', region: 'eu-west-1', name: 'relay', qualifier: 'live' }],
    [
      'arn:aws-us-gov:lambda:us-gov-west-1:222222222222:function:relay',
      undefined,
      { account: '222222222222', region: 'us-gov-west-1', name: 'relay' },
    ],
  ])('%s with qualifier %s', (name, qualifier, expected) => {
    expect(parseFunctionName(name, home, qualifier)).toMatchObject(expected);
  });

  test.each([
    ['a/b', undefined, 'ValidationException'],
    ['arn:aws:s3:::relay', undefined, 'ValidationException'],
    ['arn:aws:lambda:us-gov-west-1:222222222222:function:relay', undefined, 'ValidationException'],
    ['arn:aws-cn:lambda:eu-west-1:222222222222:function:relay', undefined, 'ValidationException'],
    ['relay', 'no good', 'ValidationException'],
    ['relay:live', 'other', 'InvalidParameterValueException'],
  ])('but not %s with qualifier %s', (name, qualifier, code) => {
    expect(() => parseFunctionName(name, home, qualifier)).toThrow(expect.objectContaining({ code }));
  });
});
