/** The two accounts that `npm start` keeps up, as seen from another terminal. */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { devNull } from 'node:os';
import { fromIni } from '@aws-sdk/credential-provider-ini';
import { fetchThrough } from '../../cli/aws/trusting-fetch.ts';
import { checkedConfig } from '../../cli/configuration.ts';
import { deployedRelay, type Relay } from '../../cli/relay.ts';
import { UserError } from '../../cli/terminal/user-error.ts';
import { described } from '../../functions/check/described.ts';
import type { Route } from '../../functions/core/route.ts';
import { runtimeRoute } from '../../infra/config/function-settings.ts';
import type { RelayContext } from '../../infra/config/relay-context.ts';
import { type AwsClients, awsClients, clientSettings } from '../aws-clients.ts';
import { accountProfiles } from '../start/account-profiles.ts';
import { findPlace, type Place } from '../start/place.ts';
import { readProfiles } from '../start/profile.ts';

export interface World {
  config: RelayContext;
  routes: Route[];
  /** Account A's administrator. */
  a: AwsClients;
  /** The administrator of a destination's account. */
  ownerOf(account: string): AwsClients;
  /** The relay of cdk.json, as account A's administrator reaches it. */
  relay: Relay;
  /** Of the npm start that is meant. */
  place: Place;
  /** With the keys of one of the profiles. Where it is of a role, AWS is asked for them with the first request. */
  as(profile: string): AwsClients;
  /** The same with a profile that a person has added meanwhile. */
  asAdded(profile: string, region: string): AwsClients;
}

/**
 * @param port of the npm start that is meant, where there are several
 * @throws UserError when there is nothing to try it with
 */
export async function openWorld(port?: number): Promise<World> {
  const place = findPlace(port);
  const config = checkedConfig(place);
  const { profileFile } = place;
  const profiles = await readProfiles(place).catch(() => {
    throw new UserError(`There is no ${profileFile}: npm start makes it, and is beginning or ending.`);
  });
  const names = accountProfiles(config);
  const administrator = profiles[names.get(config.source.account)!]!;
  const endpoint = { url: administrator['endpoint_url']!, caPem: readCa(profileFile, administrator['ca_bundle']!) };
  const clientsOf = (profile: string, region: string, filepath: string) => {
    const clientConfig = clientSettings(endpoint, { region, maxAttempts: 1 });
    // What was read before may have been added to since.
    const files = { configFilepath: profileFile, filepath, ignoreCache: true };
    // Nothing is retried: a refusal is an answer, and a local server that doesn't answer is down.
    return awsClients(endpoint, { region, credentials: fromIni({ profile, ...files, clientConfig }), maxAttempts: 1 });
  };
  const as = (profile: string) => {
    const settings = profiles[profile];
    if (settings) return clientsOf(profile, settings['region']!, devNull);
    throw new UserError(`There is no profile ${profile}: npm start -- --empty makes those of administrators only.`);
  };
  const ownerOf = (account: string) => as(names.get(account)!);
  const a = ownerOf(config.source.account);
  const routes = config.routes.map(runtimeRoute);
  const { region } = administrator as { region: string };
  const signer = {
    region,
    credentials: a.lambda.config.credentials,
    endpoint: () => endpoint.url,
    fetch: fetchThrough(new Agent({ ca: endpoint.caPem, keepAlive: true })),
  };
  const { name } = config.relay;
  const deployed = deployedRelay(name, { region, profile: undefined, ...a, signer });
  const told = described({ name, sourceBucket: config.source.bucket, routes });
  return {
    config,
    routes,
    a,
    ownerOf,
    // What cdk.json says is there before anything is deployed.
    relay: { ...deployed, told: async () => told },
    place,
    as,
    asAdded: (profile, ofRegion) => clientsOf(profile, ofRegion, place.credentialsFile),
  };
}

function readCa(profileFile: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new UserError(`${profileFile} is of an npm start that has ended: start it again.`);
  }
}
