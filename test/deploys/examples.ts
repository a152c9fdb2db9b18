/** The configurations that are deployed in every order: those of test/templates/configurations.json that are valid, and relays side by side. */
import { readFileSync } from 'node:fs';
import { UserError } from '../../cli/terminal/user-error.ts';
import { type CommittedContext, committedContext, pullingRoute } from '../support/stacks.ts';

export interface Example {
  name: string;
  /** One `context.relay` for each relay, deployed one after the other into the same accounts. */
  relays: CommittedContext[];
}

const CONFIGURATIONS: Record<string, CommittedContext> = JSON.parse(
  readFileSync(new URL('../templates/configurations.json', import.meta.url), 'utf8'),
);
/** Of those that were once accepted and couldn't run, or refused and could: the ones that must run. */
const MUST_RUN = ['X-eusc', 'X-iso', 'X-extid-1224', 'X-12-routes', 'X-40-routes-one-account'];

export const EXAMPLES: readonly Example[] = [
  ...Object.entries(CONFIGURATIONS)
    .filter(([name]) => !name.startsWith('X-') || MUST_RUN.includes(name))
    .map(([name, relay]) => ({ name: name.replace(/^X-/, ''), relays: [relay] })),
  { name: 'two-relays-in-one-account', relays: [committedContext(), invoices()] },
  { name: 'two-partners-in-one-destination', relays: [committedContext(), partner()] },
  { name: 'destination-of-one-is-source-of-another', relays: [committedContext(), onward()] },
  { name: 'two-regions', relays: ['us-east-1', 'eu-west-1'].map(inRegion) },
  { name: 'pull-with-tags-beside-uploads', relays: [pullingBesideUploads()] },
  { name: '500-routes', relays: [manyRoutes(500)] },
];

/** All of them when no name is given. @throws UserError for a name that no example has */
export function examplesNamed(names: readonly string[]): readonly Example[] {
  const unknown = names.find((name) => !EXAMPLES.some((each) => each.name === name));
  if (unknown !== undefined) {
    throw new UserError(`--only is "${unknown}": the examples are ${EXAMPLES.map(({ name }) => name).join(', ')}.`);
  }
  return EXAMPLES.filter(({ name }) => names.length === 0 || names.includes(name));
}

/** A second relay of account A, into the same account B. */
export function invoices(): CommittedContext {
  return relayOf('invoices', '111111111111', '222222222222');
}

/** Another company's relay, into the same account B. */
export function partner(): CommittedContext {
  return relayOf('partner', '555555555555', '222222222222');
}

/** From account B on to account C. */
export function onward(): CommittedContext {
  return relayOf('onward', '222222222222', '333333333333');
}

function relayOf(name: string, sourceAccount: string, account: string): CommittedContext {
  const { source, routes } = committedContext();
  const destination = { ...routes[0]!.destination, account, bucket: `${name}-destination-${account}` };
  return {
    source: { ...source, account: sourceAccount, bucket: `${name}-source-${sourceAccount}`, relayRoleName: name },
    routes: [{ ...routes[0]!, destination, writerRoleName: `${name}-writer`, externalId: `agreed-for-${name}` }],
    relay: { name, replays: [{ name: 'nightly', schedule: 'rate(1 day)' }] },
  };
}

/** The same name in two regions of one account. */
function inRegion(region: string): CommittedContext {
  const relay = relayOf('regional', '111111111111', '222222222222');
  const [route] = relay.routes;
  return {
    ...relay,
    source: { ...relay.source, region, bucket: `source-${region}`, relayRoleName: `regional-${region}` },
    routes: [
      {
        ...route!,
        writerRoleName: `regional-writer-${region}`,
        destination: { ...route!.destination, region, bucket: `destination-${region}` },
      },
    ],
  };
}

function pullingBesideUploads(): CommittedContext {
  const context = committedContext();
  const pull = pullingRoute({ filter: { prefix: 'reports/' }, copyTags: true });
  return { ...context, routes: [...context.routes, pull] };
}

/** Twenty-five into each account. */
function manyRoutes(count: number): CommittedContext {
  const { source } = committedContext();
  const routes = Array.from({ length: count }, (_, index) => {
    const id = String(index).padStart(3, '0');
    const account = String(222222222000 + Math.floor(index / 25));
    return {
      name: `partner-${id}`,
      filter: { prefix: `partner-${id}/` },
      destination: {
        account,
        region: 'us-east-1',
        bucket: `deliveries-${account}`,
        prefix: `in-${id}/`,
        existingBucket: index % 25 !== 0,
      },
      writerRoleName: `upload-relay-writer-${id}`,
      externalId: `agreed-with-partner-${id}`,
    };
  });
  return { source, routes };
}
