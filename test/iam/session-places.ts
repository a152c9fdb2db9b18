/** The session policies, which no template has: the functions make them of their routes. */

import { type LocalCloud, type PolicyDocument, parsePolicy } from '../../emulator/index.ts';
import { listingPolicy, readingPolicy, sessionPolicy } from '../../functions/aws/session-policy.ts';
import type { Pulling } from '../../functions/core/route.ts';
import { runtimeRoute } from '../../infra/config/function-settings.ts';
import { pullingRoutes, type RelayContext } from '../../infra/config/relay-context.ts';
import type { AwsClients } from '../support/two-accounts.ts';
import type { Place } from './places.ts';
import type { ProofWorld } from './proof-world.ts';

const SESSION_NAME = 'confined';
const EVERYTHING: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

interface SessionPlaces {
  places: Place[];
  /** As they are varied just now, by place. */
  policies: Map<string, PolicyDocument>;
}

export function sessionPlaces({ directory }: LocalCloud, config: RelayContext): SessionPlaces {
  const writers = config.routes.map(runtimeRoute);
  const readers = pullingRoutes(config).map((route) => runtimeRoute(route) as Pulling);
  const all: [name: string, roleArn: string, policy: string][] = [
    ...writers.map((route): [string, string, string] => ['session', route.writerRoleArn, sessionPolicy(route)]),
    ...readers.flatMap((route): [string, string, string][] => [
      ['session', route.pull.readerRoleArn, readingPolicy(route)],
      ['replay’s session', route.pull.readerRoleArn, listingPolicy(route)],
    ]),
  ];
  const policies = new Map<string, PolicyDocument>();
  const places = all.map(([whose, holder, policy]): Place => {
    const name = `${whose} of ${directory.findRoleByArn(holder)!.name}`;
    const document = parsePolicy(policy, name);
    policies.set(name, document);
    return { name, kind: 'session', holder, document, replace: (changed) => void policies.set(name, changed) };
  });
  return { places, policies };
}

/** The ARN of a role's session in `confined`. */
export function confinedArn(roleArn: string): string {
  return `${roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${SESSION_NAME}`;
}

/** What a session may do whose role may do everything, so that it is the session policy which decides. */
export async function confined(
  world: ProofWorld,
  { name, holder }: Place,
  holds: (clients: AwsClients) => Promise<boolean>,
): Promise<boolean> {
  const { directory } = world.cloud;
  const role = directory.findRoleByArn(holder)!;
  const sessionPolicies = [world.sessionPolicies.get(name)!];
  directory.putRolePolicy(holder, { name: 'everything', document: EVERYTHING });
  try {
    const session = directory.issueSession({ role, sessionName: SESSION_NAME, durationSeconds: 900, sessionPolicies });
    const { accessKeyId, secretAccessKey, sessionToken } = session;
    return await holds(world.as({ accessKeyId, secretAccessKey, sessionToken }));
  } finally {
    directory.removeRolePolicy(holder, 'everything');
  }
}
