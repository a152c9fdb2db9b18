import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Alias, Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, test } from 'vitest';
import { UploadDestination, UploadReader, UploadRelay, UploadRoute } from '../../../infra/index.ts';

const ROUTE = { name: 'partner', account: '222222222222', bucket: 'partner-in', externalId: 'agreed-with-the-partner' };
const SIDE = { relayAccount: '222222222222', externalId: ROUTE.externalId };

function stackOf(): Stack {
  const app = new App({ analyticsReporting: false, context: { 'aws:cdk:bundling-stacks': [] } });
  return new Stack(app, 'Mine', { env: { account: '123456789012', region: 'eu-west-1' } });
}

/** As JavaScript lets people write. */
function relay(props: object, stack = stackOf()): unknown {
  return new UploadRelay(stack, 'Relay', { routes: [UploadRoute.to(ROUTE)], ...props } as never);
}

describe('what the types don’t tell who writes JavaScript', () => {
  test.each<[string, () => unknown]>([
    ['UploadRelay "Mine/Relay": the props are missing', () => new UploadRelay(stackOf(), 'Relay', undefined as never)],
    ['prop "routes" is null: must be a list', () => relay({ routes: undefined })],
    ['prop "batchsize" is not known; did you mean "batchSize"?', () => relay({ batchsize: 3 })],
    ['prop "source.bucketname" is not known; did you mean', () => relay({ source: { bucketname: 'uploads' } })],
    ['prop "objective.withn" is not known; did you mean "within"?', () => relay({ objective: { withn: 1 } })],
    ['prop "timeout" is 900: must be a Duration.', () => relay({ timeout: 900 })],
    ['prop "source" is "uploads": must be an object', () => relay({ source: 'uploads' })],
    ['prop "topic" is "arn": must be a topic', () => relay({ topic: 'arn' })],
    ['prop "reconciliation" is true: must be false or', () => relay({ reconciliation: true })],
    ['prop "reconciliation.since" is "today": must be a Date', () => relay({ reconciliation: { since: 'today' } })],
    ['UploadRoute.to: prop "copytags" is not known', () => UploadRoute.to({ ...ROUTE, copytags: true } as never)],
    ['UploadRoute.pull: prop "from" is null', () => UploadRoute.pull(ROUTE as never)],
    [
      'UploadDestination "Mine/B": prop "copyTags" is "false"',
      () => new UploadDestination(stackOf(), 'B', { ...SIDE, copyTags: 'false' } as never),
    ],
    [
      'prop "removeIncompleteUploadsAfter" is "a Duration": must be a Duration of whole days',
      () => new UploadDestination(stackOf(), 'B', { ...SIDE, removeIncompleteUploadsAfter: Duration.hours(180) }),
    ],
    [
      'UploadReader "Mine/C": prop "bucket" is "theirs": must be a bucket',
      () => new UploadReader(stackOf(), 'C', { ...SIDE, bucket: 'theirs' } as never),
    ],
  ])('%s', (sentence, make) => {
    expect(make).toThrow(sentence);
  });

  test('properties of somebody’s own pass, as with other constructs', () => {
    expect(() => relay({ costCentre: 7 })).not.toThrow();
  });
});

describe('an alias of a key', () => {
  test('policies name the key behind it', () => {
    const stack = stackOf();
    const encryptionKey = new Key(stack, 'Key').addAlias('alias/uploads');
    relay({ source: { encryptionKey } }, stack);
    new UploadDestination(stack, 'B', { ...SIDE, encryptionKey });
    const roles = Template.fromStack(stack).findResources('AWS::IAM::Role');
    const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy');
    const text = JSON.stringify([roles, policies]);
    expect(text).toContain('kms:Decrypt');
    expect(text).toContain('kms:GenerateDataKey');
    expect(text).not.toContain('alias/uploads');
  });

  test('one that is imported tells no key', () => {
    const stack = stackOf();
    const encryptionKey = Alias.fromAliasName(stack, 'Alias', 'alias/theirs');
    expect(() => relay({ source: { encryptionKey } }, stack)).toThrow('prop "source.encryptionKey"');
  });
});
