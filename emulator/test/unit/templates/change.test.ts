import { describe, expect, test } from 'vitest';
import { resourceTypes } from '../../../resource-types.ts';
import { changeOf } from '../../../templates/change.ts';

describe('a change of', () => {
  const table = (more: object = {}) => ({ KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }], ...more });

  test.each<[string, string, object, object, string]>([
    ['nothing', 'AWS::SQS::Queue', { QueueName: 'q' }, { QueueName: 'q' }, 'none'],
    ['a setting', 'AWS::SQS::Queue', { QueueName: 'q' }, { QueueName: 'q', DelaySeconds: 1 }, 'update'],
    ['a name', 'AWS::SQS::Queue', { QueueName: 'q' }, { QueueName: 'r' }, 'replace'],
    ['what nobody can notice', 'AWS::Logs::LogGroup', { RetentionInDays: 1 }, { RetentionInDays: 2 }, 'update'],
    ['the key of a table without a name', 'AWS::DynamoDB::Table', table(), { KeySchema: [] }, 'replace'],
    ['a permission', 'AWS::Lambda::Permission', { Principal: 'a' }, { Principal: 'b' }, 'replace'],
  ])('%s', (_, type, before, after, change) => {
    expect(changeOf(type, resourceTypes[type]!, before as never, after as never)).toBe(change);
  });

  test.each<[string, string, object, object, string]>([
    [
      'the key of a table with a name',
      'AWS::DynamoDB::Table',
      table({ TableName: 't' }),
      { TableName: 't', KeySchema: [] },
      'cannot update a stack when a custom-named resource requires replacing. Rename t and update the stack again.',
    ],
    [
      'an index',
      'AWS::DynamoDB::Table',
      table(),
      table({ GlobalSecondaryIndexes: [] }),
      'update of property GlobalSecondaryIndexes of type AWS::DynamoDB::Table is not supported here',
    ],
    [
      'Object Lock',
      'AWS::S3::Bucket',
      {},
      { ObjectLockEnabled: true },
      'update of property ObjectLockEnabled of type AWS::S3::Bucket is not supported here',
    ],
  ])('%s is refused', (_, type, before, after, problem) => {
    expect(() => changeOf(type, resourceTypes[type]!, before as never, after as never)).toThrow(problem);
  });
});
