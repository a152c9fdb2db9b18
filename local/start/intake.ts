/** Where `npm start` drops files, so that they take the relay's way: its own bucket, or a customer's from which it pulls. */
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import pMap from 'p-map';
import type { Route } from '../../functions/core/route.ts';
import { runtimeRoute } from '../../infra/config/function-settings.ts';
import { ownSource, pullingRoutes, type RelayContext } from '../../infra/config/relay-context.ts';
import { LIVE_ALIAS, relayNames } from '../../infra/names.ts';
import type { Delivery } from './delivery.ts';

export interface Intake {
  /** Whose bucket it is. */
  account: string;
  bucket: string;
  /** The routes that take from it, whichever key is theirs. */
  routes: Route[];
  /** The first of them takes keys that begin with it. */
  prefix: string;
  /** Whether the bucket tells nobody of uploads: then the relay must be told to look. */
  isPulled: boolean;
}

const AT_ONCE = 4;

/** The relay's own bucket; where every route pulls, the bucket of the first one. */
export function intakeOf(config: RelayContext): Intake {
  const own = ownSource(config);
  const [first] = pullingRoutes(config);
  const { account, bucket } = own ? { account: config.source.account, bucket: own.bucket } : first!.pull;
  const taking = own?.routes ?? pullingRoutes(config).filter(({ pull }) => pull.bucket === bucket);
  // Here it doesn't matter who begins.
  const routes = taking.map((route): Route => ({ ...runtimeRoute(route), pull: undefined }));
  return { account, bucket, routes, prefix: routes[0]!.filter.prefix, isPulled: own === undefined };
}

/**
 * Has the relay fetch what lies in a bucket that tells it of nothing: by replay, or object by object where there is none.
 * @throws Error with what the function failed with
 */
export async function fetchDropped(
  lambda: LambdaClient,
  config: RelayContext,
  intake: Intake,
  deliveries: readonly Delivery[],
): Promise<void> {
  const { replayFunction, relayFunction } = relayNames(config);
  if (config.relay.replay) {
    for (const { name: route } of intake.routes) await invoke(lambda, `${replayFunction}:${LIVE_ALIAS}`, { route });
    return;
  }
  const byHand = ({ drop: { key }, route }: Delivery) => invoke(lambda, relayFunction, { key, route: route.name });
  await pMap(deliveries, byHand, { concurrency: AT_ONCE });
}

async function invoke(lambda: LambdaClient, FunctionName: string, event: object): Promise<void> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
  );
  // A typed error of one object comes as a dead letter would: the delivery is awaited, and its reason told.
  if (FunctionError) throw new Error(`${FunctionName} failed: ${Buffer.from(Payload ?? []).toString()}`);
}
