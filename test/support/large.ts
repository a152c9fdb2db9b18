import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { DurableExecution, Rule, StackInput } from '../../emulator/index.ts';
import { ACCOUNT_A, changeSettings, NO_PAUSES, SOURCE_BUCKET, type TwoAccounts } from './two-accounts.ts';

export const LARGE_LOG_GROUP = '/aws/lambda/upload-relay-large';
export const PART_LOG_GROUP = '/aws/lambda/upload-relay-part';

const MIB = 1024 ** 2;

/** Large begins where tests can still wait for it, and pauses are short. */
export function smallLarge(stacks: StackInput[], settings: Record<string, unknown> = {}): void {
  changeSettings(stacks, {
    largeObjectBytes: 8 * MIB,
    largeSlots: 100,
    largeWorkers: 3,
    ...NO_PAUSES,
    ...settings,
  });
}

/** An object of zeros that takes no room on disk. S3 says nothing of it: the test asks for its relay as it likes. */
export function putSparse(world: TwoAccounts, key: string, sizeBytes: number) {
  return world.cloud.s3.putSparseObject({ bucket: SOURCE_BUCKET, key, sizeBytes });
}

export function executions({ cloud }: TwoAccounts): DurableExecution[] {
  return cloud.lambda.durableExecutions.list();
}

export const kill = (name: string, operation: string, nth: number, after = false): Rule => ({
  name,
  match: { operation, account: operation === 'UploadPart' ? '222222222222' : ACCOUNT_A },
  when: { nth },
  fault: { kind: 'kill-caller', after },
});

/** Starts relay-large as a person would, without the relay. */
export async function startLarge(world: TwoAccounts, request: Record<string, unknown>, name?: string): Promise<void> {
  await world.a.lambda.send(
    new InvokeCommand({
      FunctionName: 'upload-relay-large:live',
      InvocationType: 'Event',
      ...(name !== undefined && { DurableExecutionName: name }),
      Payload: Buffer.from(JSON.stringify(request)),
    }),
  );
}
