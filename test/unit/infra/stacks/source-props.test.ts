import { App, Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { parseConfig } from '../../../../infra/config/config.ts';
import type { RelayContext } from '../../../../infra/config/relay-context.ts';
import { relayProps } from '../../../../infra/stacks/source-props.ts';
import { contextOf } from '../../../../infra/upload-relay/context-of.ts';
import { committedContext, pullingRoute } from '../../../support/stacks.ts';

const KEY = 'arn:aws:kms:us-east-1:111111111111:key/11111111-1111-1111-1111-111111111111';

function withEverything() {
  const context = committedContext();
  Object.assign(context.source, { existingBucket: true, kmsKeyArn: KEY, relayRoleName: 'courier', rolePath: '/team/' });
  Object.assign(context.routes[0]!, {
    copyTags: true,
    createOnly: true,
    requireProof: true,
    storageClass: { STANDARD: 'GLACIER_IR' },
    filter: { prefix: 'in/', suffix: '.csv' },
    writerRolePath: '/theirs/',
  });
  Object.assign(context.routes[0]!.destination, {
    sendEncryption: true,
    kmsKeyArn: KEY.replace('1'.repeat(12), '2'.repeat(12)),
  });
  context.routes.push(pullingRoute({ storageClass: 'copy', pull: { readerRolePath: '/customer/' } }));
  const relay = {
    name: 'Orders',
    memoryMiB: 512,
    timeoutSeconds: 800,
    batchSize: 5,
    maximumConcurrency: 80,
    retryDelaySeconds: 20,
    latePutSeconds: 60,
    lateCompleteSeconds: 300,
    awaitRoleHours: 10,
    largeObjectBytes: 1_073_741_824,
    largeWorkers: 8,
    replays: [
      {
        name: 'weekly',
        schedule: 'rate(7 days)',
        timeZone: 'Europe/Berlin',
        flexibleMinutes: 30,
        prefix: 'in/',
        lookBackHours: 1.5,
        objectsPerSecond: 2,
        only: 'all',
      },
      { name: 'pulled', schedule: 'cron(0 5 * * ? *)', route: 'customer' },
    ],
    reconciliation: {
      schedule: 'cron(0 5 * * ? *)',
      timeZone: 'Europe/Berlin',
      missingAfterMinutes: 90,
      since: '2026-01-15',
      objectsPerSecond: 5,
      inventory: { bucket: 'manifests', id: 'daily', prefix: 'inv', staleAfterDays: 5 },
    },
    audit: {
      bucket: 'report-bucket',
      prefix: 'a/',
      kmsKeyArn: KEY,
      schedule: 'rate(30 days)',
      timeZone: 'Europe/Berlin',
      route: 'main',
      defuseFormulas: true,
    },
    batchOperations: { bucket: 'manifests' },
    protectLedger: true,
    events: 'all',
    objectiveSeconds: 120,
    objectivePercent: 99.5,
    routeAlarms: true,
    alarmEmail: 'a@example.com',
    logRetentionDays: 90,
  };
  return { ...context, relay };
}

const topicArn = 'arn:aws:sns:us-east-1:111111111111:uploads';
const withLittle = () => ({
  ...committedContext(),
  source: { ...committedContext().source, existingBucket: true, topicArn },
  relay: { replay: false, reconciliation: false, canary: false, largeObjects: false, events: 'none' },
});

/** What only the stack of the destination is about. */
function asTheRelayKnowsIt(config: RelayContext): RelayContext {
  const routes = config.routes.map((route) => ({
    ...route,
    destination: { ...route.destination, existingBucket: true, versioned: true },
  }));
  return { ...config, routes };
}

test.each([
  ['as committed', committedContext],
  ['with everything', withEverything],
  ['with little', withLittle],
])('a cdk.json %s loses nothing on its way through the construct’s properties', (_, context) => {
  const config = parseConfig(context());
  const { account, region } = config.source;
  const stack = new Stack(new App({ analyticsReporting: false }), 'Source', { env: { account, region } });
  expect(parseConfig(contextOf(stack, relayProps(stack, config)))).toEqual(asTheRelayKnowsIt(config));
});
