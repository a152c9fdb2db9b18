/**
 * What the bundles have of Lambda's client. The durable SDK imports the client dynamically, so esbuild would keep all of it: some 90 kB.
 * `infra/constructs/function-code.ts` puts this file in its place.
 */
export {
  CheckpointDurableExecutionCommand,
  DurableExecutionAlreadyStartedException,
  GetDurableExecutionStateCommand,
  InvokeCommand,
  LambdaClient,
} from '#client-lambda';
