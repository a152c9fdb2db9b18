/** Invokes a Lambda function, and waits for its answer. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { Failure } from '../../cli/terminal/user-error.ts';
import type { World } from './world.ts';

/** @throws Failure with what the function failed with */
export async function invoke<T>({ a }: Pick<World, 'a'>, FunctionName: string, event: object): Promise<T> {
  const { FunctionError, Payload } = await a.lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
  );
  const answer = Buffer.from(Payload ?? []).toString();
  if (FunctionError) throw new Failure(`${FunctionName} failed: ${answer}`);
  return JSON.parse(answer) as T;
}
