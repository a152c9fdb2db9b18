/** What each field may hold, but not together: one sentence that names the field and the value. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../infra/config/config.ts';
import { partitionOf } from '../../infra/config/regions.ts';
import { type CommittedContext, committedContext, pullingRoute } from '../support/stacks.ts';

type Change = (context: CommittedContext) => unknown;

function changed(change: Change): CommittedContext {
  const context = committedContext();
  change(context);
  return context;
}

/** The committed route again, into a bucket that exists, with the changes. */
function second(change: Partial<CommittedContext['routes'][number]> & { prefix?: string } = {}) {
  const [main] = committedContext().routes;
  const { prefix = 'second/', ...rest } = change;
  const destination = { ...main!.destination, existingBucket: true, prefix };
  return { ...main!, name: 'second', writerRoleName: 'second-writer', destination, ...rest };
}

function pullingOnly(context: CommittedContext): void {
  delete context.source.bucket;
  context.routes = [pullingRoute()];
}

const KEY = '12345678-1234-1234-1234-123456789012';
const MULTI_REGION_KEY = `mrk-${KEY.replaceAll('-', '')}`;
const keyArn = (region: string, key = KEY, partition = 'aws', account = '222222222222') =>
  `arn:${partition}:kms:${region}:${account}:key/${key}`;

describe.each<[string, [string, Change, string][]]>([
  [
    'regions and partitions',
    [
      [
        'a region with a typing error',
        ({ source }) => Object.assign(source, { region: 'us-esat-1' }),
        'field "relay.source.region" is "us-esat-1": the CDK\'s region data doesn\'t know it; did you mean "us-east-1"?',
      ],
      [
        'a region that nobody knows',
        ({ routes }) => Object.assign(routes[0]!.destination, { region: 'mars-north-1' }),
        'field "relay.routes.0.destination.region" is "mars-north-1": the CDK\'s region data has no region with such a name, so its partition is unknown; correct it',
      ],
      [
        'a new region of no known partition',
        (context) => {
          context.routes[0]!.destination.region = 'mars-north-1';
          context.relay = { acknowledge: ['unknown-region:mars-north-1'] };
        },
        'is "mars-north-1": the CDK\'s region data has no region with such a name, so its partition is unknown',
      ],
      [
        'a destination in China',
        ({ routes }) => Object.assign(routes[0]!.destination, { region: 'cn-north-1' }),
        'field "relay.routes.0.destination.region" is "cn-north-1": it lies in the partition "aws-cn", the source in "aws"',
      ],
      [
        'a customer in GovCloud',
        ({ routes }) => routes.push(pullingRoute({ pull: { region: 'us-gov-west-1' } })),
        'field "relay.routes.1.pull.region" is "us-gov-west-1": it lies in the partition "aws-us-gov"',
      ],
      [
        'a new region of another partition',
        (context) => {
          context.routes[0]!.destination.region = 'us-iso-north-9';
          context.relay = { acknowledge: ['unknown-region:us-iso-north-9'] };
        },
        'is "us-iso-north-9": it lies in the partition "aws-iso"',
      ],
    ],
  ],
  [
    'KMS keys',
    [
      [
        'the source’s key in another region',
        ({ source }) => Object.assign(source, { kmsKeyArn: keyArn('eu-west-1') }),
        `field "relay.source.kmsKeyArn" is "${keyArn('eu-west-1')}": the key is in the region "eu-west-1", the bucket in "us-east-1"`,
      ],
      [
        'the destination’s key in another region',
        ({ routes }) => Object.assign(routes[0]!.destination, { kmsKeyArn: keyArn('eu-west-1') }),
        'field "relay.routes.0.destination.kmsKeyArn" is',
      ],
      [
        'a pulled bucket’s key in another region',
        ({ routes }) => routes.push(pullingRoute({ pull: { kmsKeyArn: keyArn('eu-west-1') } })),
        'field "relay.routes.1.pull.kmsKeyArn" is',
      ],
      [
        'a multi-region key in another region',
        ({ source }) => Object.assign(source, { kmsKeyArn: keyArn('eu-west-1', MULTI_REGION_KEY) }),
        'name the key\'s replica in "us-east-1"',
      ],
      [
        'a key of another partition',
        ({ source }) => Object.assign(source, { kmsKeyArn: keyArn('us-east-1', KEY, 'aws-cn') }),
        'an ARN of the region "us-east-1" begins with "arn:aws:"',
      ],
      [
        'half a key',
        ({ source }) => Object.assign(source, { kmsKeyArn: keyArn('us-east-1', KEY.slice(1)) }),
        'must be the ARN of a KMS key',
      ],
    ],
  ],
  [
    'roles of one account',
    [
      [
        'a writer role that is the relay’s',
        ({ source, routes }) => {
          routes[0]!.destination.account = source.account;
          routes[0]!.writerRoleName = source.relayRoleName;
        },
        'field "relay.routes.0.writerRoleName" is "upload-relay", as in "relay.source.relayRoleName": account 111111111111 has one role of a name',
      ],
      [
        'a relay role that is replay’s',
        ({ source }) => Object.assign(source, { relayRoleName: 'upload-relay-replay' }),
        'field "relay.source.relayRoleName" is "upload-relay-replay", as in the relay\'s role for replay',
      ],
      [
        'a relay role that is the schedules’',
        (context) => {
          context.source.relayRoleName = 'upload-relay-scheduler';
          context.relay = { replays: [{ name: 'nightly', schedule: 'rate(1 day)' }] };
        },
        "as in the relay's role for schedules",
      ],
      [
        'a relay role that is that of batch jobs',
        (context) => {
          context.source.relayRoleName = 'upload-relay-batch';
          context.relay = { batchOperations: { bucket: 'manifests' } };
        },
        "as in the relay's role for S3 Batch Operations",
      ],
      [
        'names that differ in case only',
        ({ routes }) => routes.push(second({ writerRoleName: 'UPLOAD-relay-writer' })),
        'field "relay.routes.1.writerRoleName" is "UPLOAD-relay-writer", as in "relay.routes.0.writerRoleName"',
      ],
      [
        'a reader role that is the relay’s',
        ({ routes }) =>
          routes.push(pullingRoute({ pull: { account: '111111111111', readerRoleName: 'Upload-Relay' } })),
        'field "relay.routes.1.pull.readerRoleName" is "Upload-Relay"',
      ],
    ],
  ],
  [
    'names in the template',
    [
      [
        'a relay whose roles would have too long a name in a region of a long name',
        (context) => {
          context.source.region = 'us-southeasterncentral-12';
          context.relay = { name: 'x'.repeat(36), acknowledge: ['unknown-region:us-southeasterncentral-12'] };
        },
        `field "relay.relay.name" is "${'x'.repeat(36)}": the relay's role for replay would be called "${'x'.repeat(36)}-replay-us-southeasterncentral-12", which is 69 characters, and IAM takes 64; choose a shorter name`,
      ],
      [
        'routes that differ in hyphens only',
        ({ routes }) => {
          routes[0]!.name = 'eu-1';
          routes.push(second({ name: 'eu1' }));
        },
        'field "relay.routes.1.name" is "eu1", as in "relay.routes.0" ("eu-1")',
      ],
      ...['Group', 'Role', 'gro-up-', 'Default', 'Resource', 'constructor', 'toString', 'hasOwnProperty'].map(
        (name): [string, Change, string] => [
          `a replay called ${name}`,
          (context) => {
            context.relay = { replays: [{ name: name === 'gro-up-' ? 'Gro-up' : name, schedule: 'rate(1 day)' }] };
          },
          'the template needs this name for something else',
        ],
      ),
      [
        'replays that differ in hyphens only',
        (context) => {
          context.relay = { replays: ['eu-1', 'eu1'].map((name) => ({ name, schedule: 'rate(1 day)' })) };
        },
        'field "relay.relay.replays.1.name" is "eu1", as in "relay.relay.replays.0" ("eu-1")',
      ],
    ],
  ],
  [
    'buckets',
    [
      [
        'one in two accounts',
        ({ routes }) => {
          routes.push(second());
          routes[1]!.destination.account = '333333333333';
        },
        'field "relay.routes.1.destination.bucket" is "upload-relay-destination-222222222222": a bucket lies in one account and region',
      ],
      [
        'one in two regions',
        ({ routes }) => {
          routes.push(second());
          routes[1]!.destination.region = 'eu-west-1';
        },
        '222222222222, us-east-1 in "relay.routes.0.destination.bucket" and 222222222222, eu-west-1 here',
      ],
      [
        'one that two stacks create',
        ({ source, routes }) => {
          routes[0]!.filter = { prefix: 'in/' };
          Object.assign(routes[0]!.destination, { ...source, prefix: 'out/', relayRoleName: undefined });
          delete routes[0]!.destination['relayRoleName'];
        },
        'field "relay.routes.0.destination.bucket" is "upload-relay-source-111111111111", as in "relay.source.bucket": only one stack and route can create a bucket',
      ],
      [
        'a new one of a regional namespace',
        ({ source }) => Object.assign(source, { bucket: 'mine-111111111111-us-east-1-an' }),
        'field "relay.source.bucket" is "mine-111111111111-us-east-1-an": "-an" at the end',
      ],
      [
        'manifests in the bucket of another account',
        (context) => {
          context.relay = { batchOperations: { bucket: context.routes[0]!.destination.bucket } };
        },
        'field "relay.relay.batchOperations.bucket" is "upload-relay-destination-222222222222": a bucket lies in one account',
      ],
      [
        'an inventory in the bucket of another account',
        (context) => {
          context.relay = {
            reconciliation: { inventory: { bucket: context.routes[0]!.destination.bucket, id: 'daily' } },
          };
        },
        'field "relay.relay.reconciliation.inventory.bucket" is "upload-relay-destination-222222222222": a bucket lies in one account',
      ],
      ...(
        [
          ['relay.relay.audit.bucket', 'audit/', { audit: { bucket: 'ours' } }],
          [
            'relay.relay.reconciliation.inventory.bucket',
            'lists/upload-relay-source-111111111111/daily/',
            { reconciliation: { inventory: { bucket: 'ours', prefix: 'lists', id: 'daily' } } },
          ],
        ] as const
      ).map(([field, folder, relay]): [string, Change, string] => [
        `what the relay must be able to believe lies where a route writes: ${field}`,
        (context) => {
          context.routes[0]!.destination = { account: '111111111111', region: 'us-east-1', bucket: 'ours', prefix: '' };
          Object.assign(context, { relay });
        },
        `field "${field}" is "ours": a route writes there, also under "${folder}", and an upload might take the place`,
      ]),
    ],
  ],
  [
    'routes into one prefix',
    [
      [
        'without filters',
        ({ routes }) => routes.push(second({ prefix: 'incoming/' })),
        'field "relay.routes.1.destination" is the bucket "upload-relay-destination-222222222222" with prefix "incoming/", where route "main" writes with prefix "incoming/": an object may pass the filters of both',
      ],
      [
        'with filters of which one begins with the other',
        ({ routes }) => {
          routes[0]!.filter = { prefix: 'a/' };
          routes.push(second({ prefix: 'incoming/', filter: { prefix: 'a/b/', suffix: '.csv' } }));
        },
        'an object may pass the filters of both',
      ],
      [
        'with suffixes of which one ends with the other',
        ({ routes }) => {
          routes[0]!.filter = { suffix: '.gz' };
          routes.push(second({ prefix: 'incoming/', filter: { suffix: '.csv.gz' } }));
        },
        'an object may pass the filters of both',
      ],
      [
        'whose keys meet behind different prefixes',
        ({ routes }) => {
          routes[0]!.filter = { prefix: 'a/' };
          routes.push(second({ prefix: 'incoming/a/' }));
        },
        'an object may pass the filters of both',
      ],
      [
        'from two sources',
        ({ routes }) => {
          routes.push(pullingRoute());
          routes[1]!.destination.prefix = 'incoming/';
        },
        'field "relay.routes.1.destination" is the bucket "upload-relay-destination-222222222222" with prefix "incoming/", where route "main" writes with prefix "incoming/": it reads another source',
      ],
      [
        'from two sources, whatever the filters',
        ({ routes }) => {
          routes[0]!.filter = { prefix: 'a/' };
          routes.push(pullingRoute({ filter: { prefix: 'b/' } }));
          routes[1]!.destination.prefix = 'incoming/';
        },
        'it reads another source',
      ],
    ],
  ],
  [
    'keys',
    [
      ...(
        [
          ['filter.prefix', { filter: { prefix: '/in/' } }, 'is "/in/": it begins with "/"'],
          ['filter.prefix', { filter: { prefix: 'a//b/' } }, 'is "a//b/": it holds "//"'],
          ['filter.suffix', { filter: { suffix: '*.csv' } }, 'is "*.csv": it holds "*"'],
        ] as const
      ).map(([field, route, sentence]): [string, Change, string] => [
        `${field}: ${sentence}`,
        ({ routes }) => Object.assign(routes[0]!, route),
        `field "relay.routes.0.${field}" ${sentence}`,
      ]),
      [
        'a destination’s prefix with a slash in front',
        ({ routes }) => Object.assign(routes[0]!.destination, { prefix: '/in/' }),
        'field "relay.routes.0.destination.prefix" is "/in/": it begins with "/"',
      ],
      [
        'a prefix of a replay that looks like a pattern',
        (context) => {
          context.relay = { replays: [{ name: 'a', schedule: 'rate(1 day)', prefix: 'in/*' }] };
        },
        'field "relay.relay.replays.0.prefix" is "in/*": it holds "*"',
      ],
      [
        'a topic for a bucket that the stack makes',
        ({ source }) => Object.assign(source, { topicArn: 'arn:aws:sns:us-east-1:111111111111:uploads' }),
        'field "relay.source.topicArn" is "arn:aws:sns:us-east-1:111111111111:uploads": it is for a bucket that exists',
      ],
      ...[
        [
          'arn:aws:sns:eu-west-1:111111111111:uploads',
          'the topic is in the region "eu-west-1", the bucket in "us-east-1"',
        ],
        ['arn:aws-cn:sns:us-east-1:111111111111:uploads', 'an ARN of the region "us-east-1" begins with "arn:aws:"'],
      ].map(([topicArn, sentence]): [string, Change, string] => [
        `the topic ${topicArn}, which S3 can't tell`,
        ({ source }) => Object.assign(source, { existingBucket: true, topicArn }),
        `field "relay.source.topicArn" is "${topicArn}": ${sentence}`,
      ]),
      [
        'a filter that takes only what is the relay’s own',
        ({ routes }) => {
          routes[0]!.filter = { prefix: 'upload-relay-canary/in/' };
        },
        'field "relay.routes.0.filter.prefix" is "upload-relay-canary/in/": keys that start so are the relay\'s own',
      ],
      [
        'a prefix behind which nothing fits',
        ({ routes }) => Object.assign(routes[0]!.destination, { prefix: 'é'.repeat(512) }),
        'with it the shortest key that the route takes would have 1025 bytes, and S3 takes 1024',
      ],
      [
        'a prefix behind which no key of the filter fits',
        ({ routes }) => {
          routes[0]!.destination.prefix = 'é'.repeat(500);
          routes[0]!.filter = { suffix: 'x'.repeat(25) };
        },
        'would have 1025 bytes',
      ],
      [
        'a prefix behind which no canary fits',
        ({ routes }) => {
          routes[0]!.name = 'r'.repeat(40);
          routes[0]!.destination.prefix = `${'é'.repeat(469)}p`;
        },
        'the canary of the route would have 1025 bytes, and S3 takes 1024',
      ],
      [
        'a prefix behind which nothing fits that the check writes',
        (context) => {
          context.relay = { canary: false };
          Object.assign(context.routes[0]!.destination, { prefix: `${'é'.repeat(480)}p` });
        },
        'what the check writes would have 1025 bytes, and S3 takes 1024',
      ],
    ],
  ],
  [
    'what would find nothing to do',
    [
      [
        'a replay that names no route where each pulls',
        (context) => {
          pullingOnly(context);
          context.relay = { replays: [{ name: 'a', schedule: 'rate(1 day)' }] };
        },
        'field "relay.relay.replays.0.route" is missing: every route has "pull", so the replay must name one of them: "customer"',
      ],
      [
        'a replay of keys that no route takes',
        (context) => {
          context.routes[0]!.filter = { prefix: 'in/' };
          context.relay = { replays: [{ name: 'a', schedule: 'rate(1 day)', prefix: 'out/' }] };
        },
        'field "relay.relay.replays.0.prefix" is "out/": no route takes keys that begin so; its routes take keys that begin with "in/"',
      ],
      [
        'batch jobs where each route pulls',
        (context) => {
          pullingOnly(context);
          context.relay = { batchOperations: { bucket: 'manifests' } };
        },
        'field "relay.relay.batchOperations" is {"bucket":"manifests"}: every route has "pull"',
      ],
    ],
  ],
  [
    'time',
    [
      [
        'too little for the largest object',
        (context) => {
          context.relay = { largeObjectBytes: 1024 ** 3, timeoutSeconds: 56 };
        },
        'field "relay.relay.largeObjectBytes" is 1073741824: an invocation may need 57 s for so many bytes, and "relay.relay.timeoutSeconds" is 56',
      ],
      [
        'too little for what the default takes on',
        (context) => {
          context.relay = { timeoutSeconds: 270 };
        },
        'field "relay.relay.largeObjectBytes" is 5368709120: an invocation may need 271 s for so many bytes, and "relay.relay.timeoutSeconds" is 270',
      ],
    ],
  ],
])('%s', (_, cases) => {
  test.each(cases)('%s', (_name, change, sentence) => {
    expect(() => parseConfig(changed(change))).toThrow(sentence);
  });
});

describe('what looks alike and works is accepted', () => {
  test.each<[string, Change]>([
    [
      'a new region beside known ones',
      (context) => {
        context.routes[0]!.destination.region = 'us-north-1';
        context.relay = { acknowledge: ['unknown-region:us-north-1'] };
      },
    ],
    [
      'a key of another account in the bucket’s region',
      ({ source }) => Object.assign(source, { kmsKeyArn: keyArn('us-east-1') }),
    ],
    [
      'a multi-region key’s replica',
      ({ source }) => Object.assign(source, { kmsKeyArn: keyArn('us-east-1', MULTI_REGION_KEY) }),
    ],
    ['one role name in two accounts', ({ routes }) => Object.assign(routes[0]!, { writerRoleName: 'upload-relay' })],
    [
      'the schedules’ role name where there are none',
      ({ source }) => Object.assign(source, { relayRoleName: 'upload-relay-scheduler' }),
    ],
    [
      'routes of one source that share a prefix, apart by prefix',
      ({ routes }) => {
        routes[0]!.filter = { prefix: 'a/' };
        routes.push(second({ prefix: 'incoming/', filter: { prefix: 'b/' } }));
      },
    ],
    [
      'routes of one source that share a prefix, apart by suffix',
      ({ routes }) => {
        routes[0]!.filter = { suffix: '.csv' };
        routes.push(second({ prefix: 'incoming/', filter: { suffix: '.json' } }));
      },
    ],
    [
      'sources whose prefixes stand one in the other but whose keys don’t meet',
      ({ routes }) => {
        routes[0]!.filter = { prefix: 'a/' };
        routes.push(pullingRoute({ filter: { prefix: 'x/' } }));
        routes[1]!.destination.prefix = 'incoming/b/';
      },
    ],
    [
      'one prefix of two buckets',
      ({ routes }) => {
        routes.push(second({ prefix: 'incoming/' }));
        routes[1]!.destination.bucket = 'another-bucket';
      },
    ],
    [
      'the bucket that a later route creates',
      ({ routes }) => {
        routes.unshift(second());
      },
    ],
    [
      'an existing bucket of a regional namespace',
      ({ source }) => Object.assign(source, { bucket: 'mine-111111111111-us-east-1-an', existingBucket: true }),
    ],
    [
      'unusual keys that are meant',
      (context) => {
        context.routes[0]!.filter = { prefix: '/in//', suffix: '*.csv' };
        context.relay = { acknowledge: ['unusual-key:/in//', 'unusual-key:*.csv'] };
      },
    ],
    [
      'a replay above a route’s prefix, and one below',
      (context) => {
        context.routes[0]!.filter = { prefix: 'in/' };
        context.relay = {
          replays: ['i', 'in/2026/'].map((prefix, index) => ({ name: `r${index}`, schedule: 'rate(1 day)', prefix })),
        };
      },
    ],
    [
      'a replay of letters that no policy takes',
      (context) => {
        context.relay = { replays: [{ name: 'r', schedule: 'rate(1 day)', prefix: '日本/' }] };
      },
    ],
    [
      'the default on exactly the time that it needs',
      (context) => {
        context.relay = { timeoutSeconds: 271 };
      },
    ],
  ])('%s', (_, change) => {
    expect(() => parseConfig(changed(change))).not.toThrow();
  });
});

test.each([
  ['us-east-1', 'aws'],
  ['cn-northwest-1', 'aws-cn'],
  ['us-gov-east-1', 'aws-us-gov'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-west-1', 'aws-iso-b'],
  ['eu-isoe-west-1', 'aws-iso-e'],
  ['us-isof-south-1', 'aws-iso-f'],
  ['eusc-de-east-1', 'aws-eusc'],
  // Not in the data: where the regions with such names are.
  ['us-gov-north-1', 'aws-us-gov'],
  ['eusc-fr-west-1', 'aws-eusc'],
  ['ap-southeast-99', 'aws'],
])('the region %s is in the partition %s', (region, partition) => expect(partitionOf(region)).toBe(partition));

test('a region of no known partition is an error rather than a guess', () => {
  expect(() => partitionOf('mars-north-1')).toThrow('mars-north-1');
});
