/** `relay.largeObjects` and `relay.replay` leave out what needs durable functions. */
import { App } from 'aws-cdk-lib';
import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../infra/config/config.ts';
import { checkSettings, relaySettings } from '../../infra/config/function-settings.ts';
import { SourceStack } from '../../infra/stacks/source-stack.ts';
import { committedContext, pullingRoute, templatesOf } from '../support/stacks.ts';

const contextWith = (relay: Record<string, unknown>) => ({ ...committedContext(), relay });
const sourceOf = (relay: Record<string, unknown>) => templatesOf(contextWith(relay)).source;

const functionNames = (template: Template) =>
  Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) => Properties.FunctionName);
const sids = (template: Template) =>
  Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) =>
    (Properties.PolicyDocument.Statement as { Sid: string }[]).map(({ Sid }) => Sid),
  );

test('without largeObjects, what relays them is not there, and nobody may use it', () => {
  const template = sourceOf({ largeObjects: false });
  expect(functionNames(template).toSorted()).toEqual(['upload-relay', 'upload-relay-check', 'upload-relay-replay']);
  expect(sids(template)).not.toEqual(expect.arrayContaining(['StartLargeObjects']));
  expect(sids(template)).not.toEqual(expect.arrayContaining(['InvokeWorkers']));
  // Replay's own.
  expect(sids(template).filter((sid) => sid === 'KeepCheckpoints')).toHaveLength(1);
  template.resourceCountIs('AWS::Lambda::Alias', 1);
  template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 2);
  expect(JSON.stringify(template.toJSON())).not.toMatch(/upload-relay-(large|part)/);
  const { largeFunction, partFunction } = relaySettings(parseConfig(contextWith({ largeObjects: false })));
  expect([largeFunction, partFunction]).toEqual([undefined, undefined]);
});

test('without replay, neither its function nor its role is there', () => {
  const template = sourceOf({ replay: false });
  expect(functionNames(template)).not.toContain('upload-relay-replay');
  expect(JSON.stringify(template.toJSON())).not.toContain('upload-relay-replay');
  template.resourceCountIs('AWS::IAM::Role', 1);
});

test('without both, the template has nothing that needs durable functions', () => {
  const text = JSON.stringify(sourceOf({ largeObjects: false, replay: false }).toJSON());
  expect(text).not.toMatch(/DurableConfig|DurableExecution|lambda:InvokeFunction","Effect":"Allow"/);
});

test('a replay on schedule that nothing would run is refused', () => {
  const relay = { replay: false, replays: [{ name: 'nightly', schedule: 'rate(1 day)' }] };
  expect(() => parseConfig(contextWith(relay))).toThrow(
    'field "relay.relay.replays.0.name" is "nightly": nothing would run it, since "relay.relay.replay" is false',
  );
});

test.each([
  [true, ['arn:aws:iam::111111111111:role/upload-relay', 'arn:aws:iam::111111111111:role/upload-relay-replay']],
  [false, 'arn:aws:iam::111111111111:role/upload-relay'],
])('with replay %s, a reader role trusts %s', (replay, trusted) => {
  const context = { ...committedContext(), routes: [pullingRoute()], relay: { replay } };
  delete context.source.bucket;
  const [reader] = Object.values(templatesOf(context).readers[0]!.findResources('AWS::IAM::Role'));
  const [statement] = reader!['Properties'].AssumeRolePolicyDocument.Statement;
  expect(statement.Condition.ArnEquals['aws:PrincipalArn']).toEqual(trusted);
  const { replayRoleArn } = checkSettings(parseConfig(context));
  expect(replayRoleArn).toBe(replay ? trusted[1] : undefined);
});

describe('of a region that is known to lack durable functions', () => {
  const warnings = (region: string, relay: Record<string, unknown>) => {
    const context = contextWith(relay);
    context.source.region = region;
    context.routes[0]!.destination.region = region;
    const app = new App({ analyticsReporting: false, context: { 'aws:cdk:bundling-stacks': [] } });
    const stack = new SourceStack(app, 'Source', { config: parseConfig(context) });
    return Annotations.fromStack(stack)
      .findWarning('*', Match.anyValue())
      .map(({ entry }) => String(entry.data));
  };

  test.each<[string, Record<string, unknown>, string]>([
    ['cn-north-1', {}, 'set "relay.relay.largeObjects" and "relay.relay.replay" to false'],
    ['us-gov-west-1', { replay: false }, 'set "relay.relay.largeObjects" to false'],
    ['cn-northwest-1', { largeObjects: false }, 'set "relay.relay.replay" to false'],
  ])('synth says so: %s, %j', (region, relay, advice) => {
    const [warning, ...others] = warnings(region, relay).filter((each) => !each.includes('stays unheard'));
    expect(others).toEqual([]);
    expect(warning).toContain(`field "relay.source.region" is "${region}"`);
    expect(warning).toContain(advice);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ replay: false }, '"relay.relay.replay" is false: there is neither reconciliation nor audit'],
    [{ reconciliation: false }, '"relay.relay.reconciliation" is false: nothing compares the bucket with the ledger'],
  ])('synth says of %j that an upload may be lost unheard', (relay, sentence) => {
    const [warning, ...others] = warnings('us-east-1', relay);
    expect(others).toEqual([]);
    expect(warning).toContain(sentence);
    expect(warning).toContain('an upload whose notification was lost stays unheard');
  });

  test.each<[string, Record<string, unknown>]>([
    ['us-east-1', {}],
    ['me-central-1', {}],
    ['us-east-1', { largeObjects: false }],
  ])('synth says nothing of %s, %j', (region, relay) => {
    expect(warnings(region, relay)).toEqual([]);
  });
});
