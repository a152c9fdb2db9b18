import { describe, expect, test } from 'vitest';
import { failedMessageIds, sqsEvent } from '../../../../services/lambda/sqs-batch.ts';

describe('which messages of a batch come again', () => {
  const all = ['a', 'b', 'c'];
  const report = (batchItemFailures: unknown) => ({ failed: false, payload: JSON.stringify({ batchItemFailures }) });
  test.each<[string, { failed: boolean; payload: string }, string[]]>([
    ['an empty report: none', report([]), []],
    ['a null report: none', report(null), []],
    ['no answer: none', { failed: false, payload: 'null' }, []],
    ['an answer without report: none', { failed: false, payload: '{}' }, []],
    ['named ones: those', report([{ itemIdentifier: 'b' }]), ['b']],
    ['a function that failed: all', { failed: true, payload: '{}' }, all],
    ['an unknown id: all', report([{ itemIdentifier: 'z' }]), all],
    ['an id among unknown ones: all', report([{ itemIdentifier: 'a' }, { itemIdentifier: 'z' }]), all],
    ['a null id: all', report([{ itemIdentifier: null }]), all],
    ['an empty id: all', report([{ itemIdentifier: '' }]), all],
    ['a misspelt key: all', report([{ itemIdentifer: 'a' }]), all],
    ['an item that is no object: all', report([null]), all],
    ['a report that is no list: all', report('a'), all],
    ['an answer that is no object: all', { failed: false, payload: '"done"' }, all],
  ])('%s', (_, answer, expected) => {
    expect([...failedMessageIds(answer, all, true)]).toEqual(expected);
  });

  test('without ReportBatchItemFailures a report means nothing', () => {
    expect(failedMessageIds(report([{ itemIdentifier: 'a' }]), all, false).size).toBe(0);
  });
});

test('a function sees messages as Lambda shows them', () => {
  const attributes = {
    SenderId: 'AIDA',
    SentTimestamp: '1',
    ApproximateReceiveCount: '1',
    ApproximateFirstReceiveTimestamp: '2',
  };
  const message = {
    messageId: 'm',
    receiptHandle: 'r',
    body: 'hi',
    md5OfBody: 'digest',
    attributes,
    messageAttributes: {
      route: { dataType: 'String', stringValue: 'x' },
      raw: { dataType: 'Binary', binaryValue: Buffer.from([1]) },
    },
  };
  expect(sqsEvent([message], 'arn:aws:sqs:eu-west-1:111111111111:q')).toEqual({
    Records: [
      {
        messageId: 'm',
        receiptHandle: 'r',
        body: 'hi',
        attributes,
        messageAttributes: {
          route: { stringValue: 'x', stringListValues: [], binaryListValues: [], dataType: 'String' },
          raw: { binaryValue: 'AQ==', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
        },
        md5OfBody: 'digest',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-west-1:111111111111:q',
        awsRegion: 'eu-west-1',
      },
    ],
  });
});
