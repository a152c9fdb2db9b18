/** Every AWS client of the relay and of replay, made once per execution environment. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import type { RelayConfig, RoleMemoryConfig } from '../core/config.ts';
import { type ListedRoute, type Pull, pulls, type Route } from '../core/route.ts';
import { checksumMode } from './checksum-mode.ts';
import { memoize } from './memoize.ts';
import type { Reader } from './reader.ts';
import { roleHistory } from './role-history.ts';
import { type RoleWatchOptions, roleWatch } from './role-watch.ts';
import { listerCredentials, readerCredentials, writerCredentials } from './route-credentials.ts';
import { type S3Options, s3Client } from './s3-client.ts';

export interface Clients {
  /** Reads the route's objects as the relay itself or, if the route pulls, as its reader role in the region of its bucket. */
  reader(route: Route): Reader;
  sqs: SQSClient;
  dynamodb: DynamoDBClient;
  eventBridge: EventBridgeClient;
  lambda: LambdaClient;
  /** Acts as the route's writer role, in the destination's region. */
  writer(route: Route): S3Client;
  /** Drops the route's sessions, because one has expired: the next `reader` and `writer` ask for new ones. */
  forgetSessions(route: Route): void;
}

/** The clients of replay, which writes only into the queue. */
export interface ReplayClients extends Pick<Clients, 'sqs' | 'dynamodb' | 'lambda'> {
  /** Lists the relay's own bucket or, as its reader role, the bucket of a route that pulls. */
  lister(route: ListedRoute | undefined): Reader;
  /** Drops the route's session: the next `lister` asks for a new one. */
  forgetSession(route: ListedRoute | undefined): void;
}

export interface ClientsOptions {
  config: Pick<RelayConfig, 'sourceAccount' | 'awaitRoleHours' | 'retryDelaySeconds' | keyof RoleMemoryConfig>;
  logger: RoleWatchOptions['logger'];
  now: () => Date;
}

export function createClients({ config, logger, now }: ClientsOptions): Clients {
  const sts = new STSClient();
  const dynamodb = new DynamoDBClient();
  const watch = roleWatch({ history: roleHistory(dynamodb, config, now), config, logger, now });
  const own: Reader = { s3: sourceClient({}), owner: config.sourceAccount, readsVersions: true };
  const readers = new Map<string, Reader>();
  const writers = new Map<string, S3Client>();
  return {
    reader(route) {
      if (!pulls(route)) return own;
      return memoize(readers, route.name, () => readerOf(route.pull, readerCredentials(sts, route, watch)));
    },
    sqs: new SQSClient(),
    dynamodb,
    eventBridge: new EventBridgeClient(),
    lambda: new LambdaClient(),
    writer: (route) =>
      memoize(writers, route.name, () => {
        const { region } = route.destination;
        return s3Client({ region, credentials: writerCredentials(sts, route, watch) });
      }),
    forgetSessions({ name }) {
      readers.delete(name);
      writers.delete(name);
    },
  };
}

/** @param sourceAccount of the relay itself, 12 digits */
export function createReplayClients({ sourceAccount }: { sourceAccount: string }): ReplayClients {
  const sts = new STSClient();
  const own: Reader = { s3: s3Client({}), owner: sourceAccount, readsVersions: false };
  const listers = new Map<string, Reader>();
  return {
    lister(route) {
      if (!route || !pulls(route)) return own;
      return memoize(listers, route.name, () => readerOf(route.pull, listerCredentials(sts, route)));
    },
    forgetSession: (route) => void listers.delete(route?.name ?? ''),
    sqs: new SQSClient(),
    dynamodb: new DynamoDBClient(),
    lambda: new LambdaClient(),
  };
}

/** A customer grants the present objects only, so it reads no versions: docs/decisions/0017. */
function readerOf({ account, region }: Pull, credentials: S3Options['credentials'] & {}): Reader {
  return { s3: sourceClient({ region, credentials }), owner: account, readsVersions: false };
}

function sourceClient(options: S3Options): S3Client {
  return s3Client(options, [checksumMode]);
}
