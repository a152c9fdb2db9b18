import { RegionInfo } from 'aws-cdk-lib/region-info';
import { describe, expect, test } from 'vitest';
import { CANARY_PREFIX } from '../../functions/core/reserved-keys.ts';
import { parseConfig } from '../../infra/config/config.ts';
import { relaySettings, settingsJson } from '../../infra/config/function-settings.ts';
import { LONGEST_NAME } from '../../infra/config/relay-schema.ts';
import { type RelayNames, relayNames, stackName } from '../../infra/names.ts';
import { destinationGroups } from '../../infra/stacks/destination-stack.ts';
import { type CommittedContext, committedContext, templatesOf } from '../support/stacks.ts';

function named(name: string, change: Partial<CommittedContext['source']> = {}): CommittedContext {
  const context = committedContext();
  return { ...context, source: { ...context.source, ...change }, relay: { name } };
}

describe('a relay that is deployed keeps its names', () => {
  test('those of the default name', () => {
    const names = relayNames(parseConfig(committedContext()));
    expect(names).toEqual({
      relayFunction: 'upload-relay',
      largeFunction: 'upload-relay-large',
      partFunction: 'upload-relay-part',
      replayFunction: 'upload-relay-replay',
      checkFunction: 'upload-relay-check',
      canaryFunction: 'upload-relay-canary',
      queue: 'upload-relay',
      deadLetterQueue: 'upload-relay-dead-letters',
      ledgerTable: 'upload-relay-ledger',
      canaryRule: 'upload-relay-canary',
      dropRule: 'upload-relay-canary-drop',
      scheduleGroup: 'upload-relay',
      alarmTopic: 'upload-relay-alarms',
      dashboard: 'upload-relay',
      canaryRole: 'upload-relay-canary',
      replayRole: 'upload-relay-replay',
      schedulerRole: 'upload-relay-scheduler',
      batchRole: 'upload-relay-batch',
      reportBucket: 'upload-relay-reports-111111111111-98b43',
    } satisfies RelayNames);
  });

  test('of its stacks, however many accounts and regions there are', () => {
    expect(stackName(parseConfig(committedContext()), 'destination')).toBe('upload-relay-destination');
  });
});

describe('a name of its own', () => {
  test('is in every physical name of the templates, and the default one in none', () => {
    const context = named('invoices', { relayRoleName: 'invoices' });
    context.routes[0]!.writerRoleName = 'invoices-writer';
    const { source, destinations } = templatesOf({
      ...context,
      source: { ...context.source, bucket: 'invoices-of-a' },
      routes: [{ ...context.routes[0]!, destination: { ...context.routes[0]!.destination, bucket: 'invoices-of-b' } }],
      relay: {
        ...context.relay,
        replays: [{ name: 'nightly', schedule: 'rate(1 day)' }],
        audit: { schedule: 'rate(1 day)' },
        batchOperations: { bucket: 'manifests-of-a' },
      },
    });
    for (const template of [source, ...destinations])
      expect(JSON.stringify(template.toJSON()).replaceAll(CANARY_PREFIX, '')).not.toContain('upload-relay');
    source.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: 'invoices-dead-letters' });
    source.hasResourceProperties('AWS::IAM::Role', { RoleName: 'invoices-replay-us-east-1' });
  });

  test('of two regions gives no account-wide name twice', () => {
    const accountWide = (region: string) => {
      const names = relayNames(parseConfig(named('x', { region })));
      return [names.replayRole, names.schedulerRole, names.batchRole, names.dashboard];
    };
    const both = [...accountWide('us-east-1'), ...accountWide('eu-west-1')];
    expect(new Set(both).size).toBe(both.length);
  });

  test.each([
    ['1st', 'a letter first'],
    ['with space', 'letters, digits and hyphens'],
    ['', 'a letter first'],
    ['a'.repeat(LONGEST_NAME + 1), `at most ${LONGEST_NAME} characters`],
  ])('%j is refused', (name, sentence) => {
    expect(() => parseConfig(named(name))).toThrow(`field "relay.relay.name" is ${JSON.stringify(name)}: must`);
    expect(() => parseConfig(named(name))).toThrow(sentence);
  });

  test('however long, it leaves every name within the limit of its kind, in every region', () => {
    const [longest] = RegionInfo.regions
      .map(({ name }) => name)
      .filter((name) => name.startsWith('us-') || name.split('-').length >= 3)
      .toSorted((a, b) => b.length - a.length);
    const { relay, source } = parseConfig(named('x'.repeat(LONGEST_NAME)));
    const names = relayNames({ relay, source: { ...source, region: longest! } });
    for (const [kind, name] of Object.entries(names)) expect(name.length, `${kind} ${name}`).toBeLessThanOrEqual(64);
    for (const kind of ['source', 'destination', 'reader'] as const) {
      expect(stackName({ relay }, kind).length).toBeLessThanOrEqual(128);
    }
    const alarms = templatesOf(named(relay.name)).source.findResources('AWS::CloudWatch::Alarm');
    expect(Object.keys(alarms).length).toBeGreaterThan(6);
    for (const { Properties } of Object.values(alarms))
      expect(`${Properties.AlarmName}-${'r'.repeat(40)}`.length).toBeLessThanOrEqual(255);
  });
});

describe('the order of routes', () => {
  const [main] = committedContext().routes;
  const routes = ['222222222222/us-east-1', '333333333333/eu-central-1', '222222222222/eu-west-1'].map(
    (place, index) => {
      const [account, region] = place.split('/');
      const destination = { ...main!.destination, account: account!, region: region!, bucket: `bucket-${index}` };
      return {
        ...main!,
        name: `r${index}`,
        filter: { prefix: `p${index}/` },
        writerRoleName: `w${index}`,
        externalId: `agreed-${index}`,
        destination,
      };
    },
  );
  const context = { ...committedContext(), routes };
  const reversed = { ...context, routes: routes.toReversed() };

  test('changes no template, no stack and no setting', () => {
    const before = templatesOf(context);
    const after = templatesOf(reversed);
    expect(after.source.toJSON()).toEqual(before.source.toJSON());
    expect(after.destinations.map((each) => each.toJSON())).toEqual(before.destinations.map((each) => each.toJSON()));
    expect(destinationGroups(parseConfig(reversed)).map(({ id }) => id)).toEqual([
      'Destination-222222222222-eu-west-1',
      'Destination-222222222222-us-east-1',
      'Destination-333333333333-eu-central-1',
    ]);
    expect(settingsJson(relaySettings(parseConfig(reversed)))).toBe(settingsJson(relaySettings(parseConfig(context))));
  });

  test('nor does that of the fields in cdk.json', () => {
    const storageClass = { STANDARD: 'STANDARD_IA', GLACIER: 'GLACIER' };
    const backwards = ({ ...fields }: object) => Object.fromEntries(Object.entries(fields).reverse());
    const settingsOf = (route: object) =>
      settingsJson(relaySettings(parseConfig({ ...context, routes: [route, ...routes.slice(1)] })));
    expect(settingsOf(backwards({ ...routes[0], storageClass: backwards(storageClass) }))).toBe(
      settingsOf({ ...routes[0], storageClass }),
    );
  });
});
