/** The operations of a durable execution as Lambda's API has them: API_Operation and API_OperationUpdate. */
import { z } from 'zod';

export type OperationStatus = 'STARTED' | 'PENDING' | 'READY' | 'SUCCEEDED' | 'FAILED';

const errorObject = z.looseObject({ ErrorType: z.string().optional(), ErrorMessage: z.string().optional() });
export type ErrorObject = z.infer<typeof errorObject>;

export interface Operation {
  Id: string;
  ParentId?: string | undefined;
  Name?: string | undefined;
  Type: string;
  SubType?: string | undefined;
  Status: OperationStatus;
  StartTimestamp: Date;
  EndTimestamp?: Date;
  ExecutionDetails?: { InputPayload: string };
  ContextDetails?: { ReplayChildren?: boolean; Result?: string | undefined; Error?: ErrorObject | undefined };
  StepDetails?: {
    Attempt: number;
    NextAttemptTimestamp?: Date;
    Result?: string | undefined;
    Error?: ErrorObject | undefined;
  };
  WaitDetails?: { ScheduledEndTimestamp: Date };
  ChainedInvokeDetails?: { Result?: string; Error?: ErrorObject };
}

const id = z.string().regex(/^[a-zA-Z0-9-_]{1,64}$/);

/** Callbacks are not supported: nothing here waits for one. */
export const operationUpdate = z.strictObject({
  Id: id,
  ParentId: id.optional(),
  Name: z
    .string()
    .regex(/^[\x20-\x7e]{1,256}$/)
    .optional(),
  Type: z.enum(['EXECUTION', 'CONTEXT', 'STEP', 'WAIT', 'CHAINED_INVOKE']),
  SubType: z.string().optional(),
  Action: z.enum(['START', 'SUCCEED', 'FAIL', 'RETRY']),
  Payload: z.string().optional(),
  Error: errorObject.optional(),
  ContextOptions: z.strictObject({ ReplayChildren: z.boolean().optional() }).optional(),
  StepOptions: z.strictObject({ NextAttemptDelaySeconds: z.number().int().min(1).max(31_622_400) }).optional(),
  WaitOptions: z.strictObject({ WaitSeconds: z.number().int().min(1).max(31_622_400) }).optional(),
  ChainedInvokeOptions: z.strictObject({ FunctionName: z.string() }).optional(),
});
export type OperationUpdate = z.infer<typeof operationUpdate>;

/** On the wire of the API, where a timestamp is seconds since the epoch; in an event it is ISO 8601. */
export function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toWire(inner)]));
}
