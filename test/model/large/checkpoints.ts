import type { DurableExecutionClient } from '@aws/durable-execution-sdk-js';
import type { DurableExecution, OperationUpdate } from '../../../emulator/index.ts';
import type { Killable } from './killable.ts';

/** The API by which the SDK keeps checkpoints, with a turn before and after each. */
export function checkpoints(execution: DurableExecution, life: Killable): DurableExecutionClient {
  return {
    async checkpoint({ CheckpointToken, Updates = [] }) {
      const what = Updates.map(({ Action, Name, Type }) => `${Action} ${Name ?? Type}`).join(', ');
      await life.turn(`sends checkpoint ${what}`);
      const updates = JSON.parse(JSON.stringify(Updates)) as OperationUpdate[];
      const { token, operations } = execution.checkpoint(CheckpointToken!, updates);
      await life.turn(`is answered checkpoint ${what}`);
      return { CheckpointToken: token, NewExecutionState: { Operations: structuredClone(operations) as never } };
    },
    async getExecutionState({ CheckpointToken, Marker, MaxItems }) {
      const { operations, next } = execution.state(CheckpointToken!, Number(Marker ?? 0), MaxItems ?? 1000);
      return { Operations: structuredClone(operations) as never, ...(next && { NextMarker: String(next) }) };
    },
  };
}
