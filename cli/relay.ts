/** A deployed relay, as an operator of its account reaches it. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Signer } from '../functions/aws/signed-request.ts';
import type { Described } from '../functions/check/described.ts';
import { type RelayNames, relayNames } from '../infra/names.ts';
import type { Connection } from './aws/connection.ts';
import { invoke } from './aws/invoke.ts';
import { printable } from './terminal/printable.ts';
import { didYouMean } from './terminal/program.ts';
import { UserError } from './terminal/user-error.ts';

/** Those that are the same in every account. */
export type DeployedNames = Omit<RelayNames, 'reportBucket'>;

export interface Relay {
  /** What is asked for it, for sentences. */
  name: string;
  names: DeployedNames;
  lambda: LambdaClient;
  sqs: SQSClient;
  dynamodb: DynamoDBClient;
  /** For services that have no client here. */
  signer: Signer;
  /** Its bucket and its routes. */
  told(): Promise<Described>;
}

export function deployedRelay(name: string, { region, lambda, sqs, dynamodb, signer }: Connection): Relay {
  // No account is in the names that are used here.
  const names = relayNames({ source: { account: '', region }, relay: { name } });
  let asked: Promise<Described> | undefined;
  const told = () => {
    asked ??= askFor(lambda, names.checkFunction);
    return asked;
  };
  return { name, names, lambda, sqs, dynamodb, signer, told };
}

async function askFor(lambda: LambdaClient, checkFunction: string): Promise<Described> {
  const answer = await invoke<Partial<Described>>(lambda, checkFunction, { list: 'routes' });
  if (answer.routes) return answer as Described;
  throw new UserError(
    `${checkFunction} doesn't tell its routes: it is older than this command. Deploy the source stack again, or name a route with --route.`,
  );
}

/**
 * The routes of a relay, or the one of this name.
 * @throws UserError naming those that there are
 */
export function routesNamed<R extends { name: string }>(routes: readonly R[], name: string | undefined): readonly R[] {
  if (name === undefined) return routes;
  const route = routes.find((each) => each.name === name);
  if (route) return [route];
  const names = routes.map((each) => each.name);
  throw new UserError(
    `There is no route "${printable(name)}".${didYouMean(name, names)} There are: ${names.join(', ')}.`,
  );
}
