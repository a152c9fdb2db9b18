/** The public face of the emulator: nobody outside imports anything else of it. */

// Starting an AWS on this machine, and deploying into it.

export { LocalCloud } from './cloud.ts';
export type { Clock } from './core/api.ts';
export { KeptFolderError } from './keeping/errors.ts';
export { forgetKept, type KeptSummary, keptIn } from './keeping/kept-folder.ts';
export { bootstrap, bootstrapStack } from './services/cloudformation/bootstrap.ts';
export type { Assignment } from './services/iam/permission-sets.ts';
export type { Machine } from './services/imds/machine.ts';
export { readAssembly, type StackInput, templateStack } from './templates/assembly.ts';
export { changeCodeFile } from './templates/code-files.ts';
export { DeploymentError } from './templates/errors.ts';
export type { Template, TemplateResource, TemplateValue } from './templates/intrinsics.ts';
export type { DeployOrder } from './templates/order.ts';

// Making it fail on purpose.

export type { LatenessOptions } from './core/lateness.ts';
export { Random } from './core/random.ts';
export { type FaultRecord, Faults } from './faults/faults.ts';
export type { Fault, Match, RequestFault, Rule, Stage, Subject, When } from './faults/rule.ts';

// Looking at what it has done: types of what `LocalCloud` hands out.

export type { Execution } from './core/invocation.ts';
export type { AlarmState } from './services/cloudwatch/alarm.ts';
export { type MetricId, MetricStore, type Statistic } from './services/cloudwatch/metric-store.ts';
export type { OperationUpdate } from './services/lambda/durable/operation.ts';
export type { Target } from './services/lambda/store.ts';
export type { ObjectCreated } from './services/s3/notifications/s3-notification.ts';
export { S3Service } from './services/s3/service.ts';

// Parts by themselves, for models that run them without a server (test/model, test/unit, test/chaos).

export { ConditionalCheckFailed, Store } from './services/dynamodb/store.ts';
export { DurableExecution } from './services/lambda/durable/execution.ts';
export { compileFilter } from './services/logs/filter-pattern.ts';
export {
  type ChecksumAlgorithm,
  checksumAlgorithm,
  combineParts,
  runningChecksum,
} from './services/s3/body/checksums.ts';
export { crc32c } from './services/s3/body/crc32c.ts';
export { decodeHeaderValue } from './services/s3/rfc2047.ts';
export { checkMessage } from './services/sqs/message.ts';

// Policies, their evaluation and the templates' references, for proofs about permissions (test/iam, test/security, test/templates).

export { IamAuthorizer } from './authorization/authorizer.ts';
export { matchesAction, matchesArn } from './authorization/match.ts';
export type { ControlPolicies, OrganizationInput } from './authorization/organization.ts';
export { parsePolicy } from './authorization/policy.ts';
export { canonicalUserId } from './core/accounts.ts';
export type { Caller } from './core/api.ts';
export {
  listOf,
  type OneOrMany,
  type PolicyDocument,
  type PrincipalElement,
  type Statement,
} from './core/policy-document.ts';
export { send } from './core/queue-delivery.ts';
export { Directory } from './services/iam/state/directory.ts';
export { parseFunctionName } from './services/lambda/function-name.ts';
export { resolve, type Scope } from './templates/intrinsics.ts';
export { dependencyGraph, type Graph } from './templates/order.ts';
export { textReferences } from './templates/text-references.ts';
