/** The two accounts that `npm start` keeps up, as seen from another terminal. */
import { readFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { fromIni } from '@aws-sdk/credential-provider-ini';
import { printable } from '../../cli/terminal/printable.ts';
import { UserError } from '../../cli/terminal/user-error.ts';
import type { Signer } from '../../functions/aws/signed-request.ts';
import type { Route } from '../../functions/core/route.ts';
import { runtimeRoute } from '../../infra/config/function-settings.ts';
import type { RelayContext } from '../../infra/config/relay-context.ts';
import { type AwsClients, awsClients, clientSettings, type Endpoint } from '../aws-clients.ts';
import { didYouMean } from '../cli.ts';
import { checkedConfig } from '../configuration.ts';
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
  /** Account A's administrator, for services that have no client here. */
  signer: Signer;
  endpoint: Endpoint;
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
  const { region, aws_access_key_id, aws_secret_access_key } = administrator;
  return {
    config,
    routes: config.routes.map(runtimeRoute),
    a: ownerOf(config.source.account),
    ownerOf,
    signer: {
      region: region!,
      credentials: { accessKeyId: aws_access_key_id!, secretAccessKey: aws_secret_access_key! },
      endpoint: () => endpoint.url,
    },
    endpoint,
    place,
    as,
    asAdded: (profile, ofRegion) => clientsOf(profile, ofRegion, place.credentialsFile),
  };
}

/**
 * The route of this name; all of them if none is named.
 * @throws UserError
 */
export function routesNamed({ routes }: World, name: string | undefined): Route[] {
  if (name === undefined) return routes;
  const route = routes.find((each) => each.name === name);
  if (route) return [route];
  const names = routes.map((each) => each.name);
  throw new UserError(
    `There is no route "${printable(name)}".${didYouMean(name, names)} There are: ${names.join(', ')}.`,
  );
}

function readCa(profileFile: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new UserError(`${profileFile} is of an npm start that has ended: start it again.`);
  }
}
