/** The AWS clients of the check: those that must be let in, and those that must be refused. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import type { RoleMemoryConfig } from '../core/config.ts';
import type { Pulling, Route } from '../core/route.ts';
import type { DoorSettings } from '../core/settings.ts';
import { type Services, services } from './canary-clients.ts';
import { memoize } from './memoize.ts';
import { type RoleHistory, roleHistory } from './role-history.ts';
import { assumeRole, sessionOf } from './role-session.ts';
import { readerRole, writerRole } from './route-role.ts';
import { s3Client } from './s3-client.ts';
import { readingPolicy, sessionPolicy } from './session-policy.ts';

export interface CheckClients {
  sts: STSClient;
  /** Reads as the relay. */
  source: S3Client;
  /** Reads as the relay does on a route that pulls: as the reader role, confined by the session policy. */
  reader(route: Pulling): S3Client;
  /** The reader role with all its rights. */
  readerRole(route: Pulling): S3Client;
  /** Writes as the relay does: as the writer role, confined by the session policy. */
  confined(route: Route): S3Client;
  /** The writer role with all its rights: here the role itself must refuse. */
  role(route: Route): S3Client;
  /** The same, over plain HTTP. */
  plain(route: Route): S3Client;
  /** Anybody on the internet. */
  stranger(route: Route): S3Client;
  /** Asks for a session of the writer role. @throws what STS answers */
  assume(route: Route, change: Partial<AssumeRoleCommandInput>): Promise<void>;
  /** The same of the reader role. */
  assumeReader(route: Pulling, change: Partial<AssumeRoleCommandInput>): Promise<void>;
  /** Asks the canary as the relay. */
  services(door: DoorSettings): Services;
  /** What the relay knows of the roles that are asked for. */
  roles: Pick<RoleHistory, 'noteAssumed' | 'lookUp'>;
  /** How far this clock is ahead of AWS's: milliseconds, exact to a second; undefined before STS has answered. */
  clockAheadMs(): number | undefined;
}

/** Throttling is not a mistake in a set-up, so the SDK retries more often than usual; it waits longer each time. */
const MAX_ATTEMPTS = 6;

/** New for each check: sessions then have the permissions of this moment. */
export function createCheckClients(config: RoleMemoryConfig): CheckClients {
  const sts = new STSClient();
  let aheadMs: number | undefined;
  sts.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      const { headers } = answer.response as { headers?: Record<string, string> };
      const date = Date.parse(headers?.['date'] ?? '');
      if (!Number.isNaN(date)) aheadMs = Date.now() - date;
      return answer;
    },
    { step: 'deserialize', name: 'observeClock' },
  );
  const clients = new Map<string, S3Client>();
  const once = (kind: string, { name }: Pick<Route, 'name'>, make: () => S3Client) =>
    memoize(clients, `${kind} ${name}`, make);
  const writer = (route: Route, Policy?: string) =>
    s3Client({
      region: route.destination.region,
      maxAttempts: MAX_ATTEMPTS,
      credentials: () => assumeRole(sts, { ...sessionOf(writerRole(route)), Policy }),
    });
  const reader = ({ name, pull }: Pulling, Policy?: string) =>
    s3Client({
      region: pull.region,
      maxAttempts: MAX_ATTEMPTS,
      credentials: () => assumeRole(sts, { ...sessionOf(readerRole(name, pull)), Policy }),
    });
  return {
    sts,
    source: s3Client({}),
    reader: (route) => once('reader', route, () => reader(route, readingPolicy(route))),
    readerRole: (route) => once('reader role', route, () => reader(route)),
    confined: (route) => once('confined', route, () => writer(route, sessionPolicy(route))),
    role: (route) => once('role', route, () => writer(route)),
    plain: (route) => once('plain', route, () => overPlainHttp(writer(route))),
    stranger: ({ destination }) =>
      s3Client({ region: destination.region, signer: { sign: async (request) => request } }),
    assume: async (route, change) => void (await assumeRole(sts, { ...sessionOf(writerRole(route)), ...change })),
    assumeReader: async ({ name, pull }, change) =>
      void (await assumeRole(sts, { ...sessionOf(readerRole(name, pull)), ...change })),
    services,
    roles: roleHistory(new DynamoDBClient(), config, () => new Date()),
    clockAheadMs: () => aheadMs,
  };
}

/** It reveals no secret: the signature does not cover the scheme, secret keys are never sent, and the signed request expires. */
function overPlainHttp(client: S3Client): S3Client {
  client.middlewareStack.add(
    (next) => async (args) => {
      (args.request as { protocol: string }).protocol = 'http:';
      return next(args);
    },
    { step: 'build', name: 'overPlainHttp' },
  );
  return client;
}
