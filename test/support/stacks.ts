import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parseConfig } from '../../infra/config/config.ts';
import { DestinationStack, destinationGroups } from '../../infra/stacks/destination-stack.ts';
import { ReaderStack, readerGroups } from '../../infra/stacks/reader-stack.ts';
import { SourceStack } from '../../infra/stacks/source-stack.ts';

/** The context `relay` of the committed cdk.json, fresh each time. */
export function committedContext(): CommittedContext {
  return JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')).context.relay;
}

export interface CommittedContext {
  source: Record<string, unknown> & { account: string; region: string; bucket?: string; relayRoleName: string };
  routes: (Record<string, unknown> & {
    name: string;
    writerRoleName: string;
    externalId: string;
    destination: Record<string, unknown> & { account: string; region: string; bucket: string; prefix: string };
  })[];
  relay?: Record<string, unknown>;
}

/** A route that pulls from a bucket of account 333333333333 into the committed destination. */
export function pullingRoute(
  change: { pull?: object } & Record<string, unknown> = {},
): CommittedContext['routes'][number] {
  const [main] = committedContext().routes;
  const { pull, ...rest } = change;
  return {
    ...main!,
    name: 'customer',
    writerRoleName: 'upload-relay-customer-writer',
    destination: { ...main!.destination, prefix: 'customer/', existingBucket: true },
    ...rest,
    pull: {
      account: '333333333333',
      region: 'us-east-1',
      bucket: 'customer-333333333333',
      readerRoleName: 'upload-relay-reader',
      externalId: 'agreed-with-the-customer',
      ...pull,
    },
  };
}

/** The committed configuration with so many routes, each with a prefix of its own in one bucket. */
export function manyRoutes(
  count: number,
  change: (index: number) => Partial<CommittedContext['routes'][number]>,
): CommittedContext {
  const context = committedContext();
  const [main] = context.routes;
  context.routes = Array.from({ length: count }, (_, index) => ({
    ...main!,
    name: `route-${index}`,
    writerRoleName: `writer-${index}`,
    destination: { ...main!.destination, existingBucket: index > 0, prefix: `${index}/` },
    ...change(index),
  }));
  return context;
}

/** The templates of a configuration, without bundling the function. */
export function templatesOf(context: unknown): { source: Template; destinations: Template[]; readers: Template[] } {
  const config = parseConfig(context);
  const app = new App({ analyticsReporting: false, context: { 'aws:cdk:bundling-stacks': [] } });
  const source = new SourceStack(app, 'Source', { config });
  const destinations = destinationGroups(config).map(
    ({ id, account, region, routes }) => new DestinationStack(app, id, { config, account, region, routes }),
  );
  const readers = readerGroups(config).map(
    ({ id, account, region, routes }) => new ReaderStack(app, id, { config, account, region, routes }),
  );
  return {
    source: Template.fromStack(source),
    destinations: destinations.map((stack) => Template.fromStack(stack)),
    readers: readers.map((stack) => Template.fromStack(stack)),
  };
}
