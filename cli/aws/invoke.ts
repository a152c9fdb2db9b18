/** Invokes a Lambda function and waits for its answer, however long a durable function takes for it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetDurableExecutionCommand, InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { Failure } from '../terminal/user-error.ts';

const LOOK_EVERY_MS = 1_000;
/** Most executions are over by then. */
const FIRST_LOOKS_MS = [50, 100, 200, 400];

/** @throws Failure with what the function failed with */
export async function invoke<T>(lambda: LambdaClient, FunctionName: string, event: object): Promise<T> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
  );
  const answer = Buffer.from(Payload ?? []).toString();
  if (FunctionError) throw new Failure(`${FunctionName} failed: ${answer}`);
  return JSON.parse(answer) as T;
}

/** Starts an execution of a durable function, which goes on without us. @returns its ARN */
export async function begin(lambda: LambdaClient, FunctionName: string, event: object): Promise<string> {
  const { DurableExecutionArn } = await lambda.send(
    new InvokeCommand({
      FunctionName,
      InvocationType: 'Event',
      DurableExecutionName: randomUUID(),
      Payload: JSON.stringify(event),
    }),
  );
  return DurableExecutionArn!;
}

/**
 * Waits for the end of an execution.
 * @param look called each time that it isn't over
 * @throws Failure with what it failed with
 */
export async function follow<T>(lambda: LambdaClient, DurableExecutionArn: string, look: () => void): Promise<T> {
  const pauses = [...FIRST_LOOKS_MS];
  for (;;) {
    const { Status, Result, Error: error } = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn }));
    if (Status === 'SUCCEEDED') return JSON.parse(Result!) as T;
    if (Status !== 'RUNNING') {
      const reason = error?.ErrorMessage ?? error?.ErrorType ?? 'no reason is given';
      throw new Failure(`The execution ${DurableExecutionArn} has ended as ${Status}: ${reason}`);
    }
    look();
    await sleep(pauses.shift() ?? LOOK_EVERY_MS);
  }
}
