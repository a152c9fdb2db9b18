/** cdk-nag's AwsSolutions pack, which looks at every synth: it finds nothing that nobody has explained, and would find it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../infra/config/config.ts';
import { ACKNOWLEDGED_RULES, acknowledgeFinding } from '../../infra/constructs/nag-suppressions.ts';
import { DestinationStack, destinationGroups } from '../../infra/stacks/destination-stack.ts';
import { ReaderStack, readerGroups } from '../../infra/stacks/reader-stack.ts';
import { SourceStack } from '../../infra/stacks/source-stack.ts';
import { committedContext, pullingRoute } from '../support/stacks.ts';

const outdir = mkdtempSync(join(tmpdir(), 'upload-relay-nag-'));
afterAll(() => rmSync(outdir, { recursive: true }));

/** Synthesizes the source stack with something more in it. */
function synthWith(change: (stack: Stack) => void, relay = {}): void {
  const app = new App({ analyticsReporting: false, outdir, context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new SourceStack(app, 'Source', { config: parseConfig({ ...committedContext(), relay }) });
  change(stack);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
}

test('findings are acknowledged where the CDK and cdk-nag look for it', () => {
  expect(ACKNOWLEDGED_RULES).toBe(Validations.ACKNOWLEDGED_RULES_METADATA_KEY);
});

describe('cdk-nag', () => {
  test('finds nothing in the stack as it is', () => {
    expect(() => synthWith(() => undefined)).not.toThrow();
  });

  test('finds nothing with everything switched on', () => {
    const relay = {
      replays: [{ name: 'nightly', schedule: 'rate(1 day)' }],
      batchOperations: { bucket: 'manifests' },
      reconciliation: { inventory: { bucket: 'manifests', id: 'daily' } },
    };
    expect(() => synthWith(() => undefined, relay)).not.toThrow();
  });

  test('stops the synth for a queue that takes plain HTTP', () => {
    expect(() => synthWith((stack) => new Queue(stack, 'Careless'))).toThrow(
      /SQS queue does not require requests to use SSL[\s\S]*Source\/Careless\/Resource/,
    );
  });

  test('stops the synth although a neighbour has the same finding acknowledged', () => {
    const careless = (stack: Stack) => {
      acknowledgeFinding(new Bucket(stack, 'One', { enforceSSL: true }), 'S1', 'a reason');
      new Bucket(stack, 'Other', { enforceSSL: true });
    };
    expect(() => synthWith(careless)).toThrow(/server access logs disabled[\s\S]*Source\/Other\/Resource/);
  });

  test('lets an explained finding pass', () => {
    const explained = (stack: Stack) =>
      acknowledgeFinding(new Bucket(stack, 'One', { enforceSSL: true }), 'S1', 'a reason');
    expect(() => synthWith(explained)).not.toThrow();
  });

  test.each([
    'with space/',
    'a-b/',
    'a{b}/',
    'a{b/',
    'a}b/',
    'a[b]/',
    'a[b/',
    'a]b/',
    'a(b/',
    'a)b/',
    'a::b/',
    '<a>/',
    `"'\\/`,
  ])('knows what was explained of the prefix %j', (prefix) => {
    const { source, routes } = committedContext();
    const main = { ...routes[0]!, filter: { prefix }, destination: { ...routes[0]!.destination, prefix } };
    const config = parseConfig({ source, routes: [main, pullingRoute({ filter: { prefix } })] });
    const app = new App({ analyticsReporting: false, outdir, context: { 'aws:cdk:bundling-stacks': [] } });
    new SourceStack(app, 'Source', { config });
    for (const { id, ...place } of destinationGroups(config)) new DestinationStack(app, id, { config, ...place });
    for (const { id, ...place } of readerGroups(config)) new ReaderStack(app, id, { config, ...place });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });
});
