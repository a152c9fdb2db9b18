import { Agent, type AgentOptions } from 'node:https';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { RelayConfig, RoleMemoryConfig } from '../core/config.ts';
import type { FilteredRoute, Pull, Route } from '../core/route.ts';
import { tellingChecksums } from './checksum-mode.ts';
import { tellingErrors } from './errors-in-200.ts';
import { lean } from './lean.ts';
import { sendingRawExpires } from './raw-expires.ts';
import type { Reader } from './reader.ts';
import { roleHistory } from './role-history.ts';
import { type RoleWatchOptions, roleWatch } from './role-watch.ts';
import { listerCredentials, readerCredentials, writerCredentials } from './route-credentials.ts';

/** Every AWS client of a function, made once per execution environment; nothing else makes one. */
export interface Clients {
  /** Reads what the route takes: as the relay itself or, where it pulls, as its reader role in the region of its bucket. */
  reader(route: Route): Reader;
  sqs: SQSClient;
  dynamodb: DynamoDBClient;
  eventBridge: EventBridgeClient;
  lambda: LambdaClient;
  /** Acts as the route's writer role, in the destination's region. */
  writer(route: Route): S3Client;
  /** The next `reader` and `writer` of this route ask for new sessions: for when a present one was found expired. */
  forgetSessions(route: Route): void;
}

/** Those of replay, which writes nowhere but into the queue. */
export interface ReplayClients extends Pick<Clients, 'sqs' | 'dynamodb' | 'lambda'> {
  /** Lists the relay's own bucket or, of a route that pulls, as its reader role in the region of its bucket. */
  lister(route: FilteredRoute | undefined): Reader;
  /** The next `lister` of this route asks for a new session. */
  forgetSession(route: FilteredRoute | undefined): void;
}

const MAX_SOCKETS = 64;
const CONNECTION_TIMEOUT_MS = 5_000;
/** A socket silent for so long is taken for dead; S3 itself closes at 20 s or more. */
const SOCKET_TIMEOUT_MS = 60_000;
/** Held up between reading and writing at most. More would not move faster, and what waits longer is dearer to collect (bench/). */
const SOCKET_BUFFER_BYTES = 256 * 1024;

export interface ClientsOptions {
  config: Pick<RelayConfig, 'sourceAccount' | 'awaitRoleHours' | 'retryDelaySeconds' | keyof RoleMemoryConfig>;
  logger: RoleWatchOptions['logger'];
  now: () => Date;
}

export function createClients({ config, logger, now }: ClientsOptions): Clients {
  const sts = new STSClient();
  const dynamodb = lean(new DynamoDBClient());
  const watch = roleWatch({ history: roleHistory(dynamodb, config, now), config, logger, now });
  const own: Reader = { s3: sourceClient({}), owner: config.sourceAccount, readsVersions: true };
  const readers = new Map<string, Reader>();
  const writers = new Map<string, S3Client>();
  return {
    reader(route) {
      const { pull } = route;
      if (!pull) return own;
      return kept(readers, route.name, () => readerOf(pull, readerCredentials(sts, { ...route, pull }, watch)));
    },
    sqs: new SQSClient(),
    dynamodb,
    eventBridge: new EventBridgeClient(),
    lambda: new LambdaClient(),
    writer: (route) =>
      kept(writers, route.name, () => {
        const { region } = route.destination;
        return lean(s3Client({ region, credentials: writerCredentials(sts, route, watch) }));
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
      if (!route?.pull) return own;
      const { name, filter, pull } = route;
      return kept(listers, name, () => readerOf(pull, listerCredentials(sts, { name, filter, pull })));
    },
    forgetSession: (route) => void listers.delete(route?.name ?? ''),
    sqs: new SQSClient(),
    dynamodb: new DynamoDBClient(),
    lambda: new LambdaClient(),
  };
}

/** Versions are not for it to read: docs/decisions/0018. */
function readerOf({ account, region }: Pull, credentials: S3ClientConfig['credentials'] & {}): Reader {
  return { s3: sourceClient({ region, credentials }), owner: account, readsVersions: false };
}

function sourceClient(options: Pick<S3ClientConfig, 'region' | 'credentials'>): S3Client {
  return tellingChecksums(lean(s3Client(options)));
}

/** The one of that name, made when it is first asked for. */
export function kept<T>(all: Map<string, T>, name: string, make: () => T): T {
  const one = all.get(name) ?? make();
  all.set(name, one);
  return one;
}

/**
 * Checksums only where this code asks for them: the source's own value is handed on and S3 verifies it,
 * so a second one computed here would cost CPU and prove less.
 */
export function s3Client(options: Pick<S3ClientConfig, 'region' | 'credentials' | 'signer' | 'maxAttempts'>): S3Client {
  const agent: AgentOptions & { highWaterMark: number } = {
    keepAlive: true,
    maxSockets: MAX_SOCKETS,
    highWaterMark: SOCKET_BUFFER_BYTES,
  };
  const client = new S3Client({
    ...options,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({
      httpsAgent: new Agent(agent),
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
    }),
  });
  return sendingRawExpires(tellingErrors(client));
}
