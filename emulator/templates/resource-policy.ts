/** Policies that hang on a bucket, a queue, a topic or a key: their grammar is one, their limits are each service's own. */
import { foreignResource } from '../authorization/acceptance.ts';
import { parsePolicy } from '../authorization/policy.ts';
import { bindPrincipals, type PrincipalIds } from '../authorization/principal.ts';
import { partitionOf } from '../core/partition.ts';
import { listOf, type PolicyDocument } from '../core/policy-document.ts';
import type { DeployContext } from './resource-type.ts';

interface Limits {
  bytes: number;
  statements?: number;
  actionsPerStatement?: number;
  /** In all statements together, as SQS's page can be read at its strictest. */
  principals?: number;
  conditions?: number;
}

const LIMITS = {
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html */
  'bucket policy': { bytes: 20 * 1024 },
  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html */
  'queue policy': { bytes: 8192, statements: 20, actionsPerStatement: 7, principals: 50, conditions: 10 },
  /** https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html */
  'topic policy': { bytes: 30 * 1024, statements: 100, principals: 200 },
  /** https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html */
  'key policy': { bytes: 32 * 1024 },
} satisfies Record<string, Limits>;

/**
 * Reads a policy as its service does when it is stored, with its principals bound to their ids.
 * @throws ApiError `MalformedPolicyDocument` (400) for its grammar or a principal; Error naming the limit that it exceeds
 */
export function resourcePolicy(
  kind: keyof typeof LIMITS,
  document: unknown,
  { services, region }: Pick<DeployContext<{ directory: PrincipalIds }>, 'services' | 'region'>,
): PolicyDocument {
  const policy = parsePolicy(document, kind, 'resource');
  const partition = partitionOf(region);
  checkLimits(kind, policy, LIMITS[kind]);
  const foreign = foreignResource(policy, partition);
  if (foreign !== undefined)
    throw new Error(`Policy has invalid resource: ${foreign} is not of the partition ${partition}`);
  return bindPrincipals(policy, services.directory, partition);
}

function checkLimits(kind: string, policy: PolicyDocument, limits: Limits): void {
  const statements = listOf(policy.Statement);
  const sizes: [what: string, size: number, limit: number | undefined][] = [
    ['bytes without white space', Buffer.byteLength(JSON.stringify(policy)), limits.bytes],
    ['statements', statements.length, limits.statements],
    [
      'actions in a statement',
      Math.max(...statements.map(({ Action, NotAction }) => listOf(Action ?? NotAction).length)),
      limits.actionsPerStatement,
    ],
    ['principals', sum(statements.map(principalsOf)), limits.principals],
    ['conditions', sum(statements.map(conditionsOf)), limits.conditions],
  ];
  for (const [what, size, limit] of sizes) {
    if (limit !== undefined && size > limit) throw new Error(`the ${kind} has ${size} ${what}; the most is ${limit}`);
  }
}

function principalsOf({ Principal, NotPrincipal }: { Principal?: unknown; NotPrincipal?: unknown }): number {
  const element = Principal ?? NotPrincipal;
  return typeof element === 'object' && element !== null ? Object.values(element).flat().length : 1;
}

function conditionsOf({ Condition = {} }: { Condition?: Record<string, object> }): number {
  return sum(Object.values(Condition).map((keys) => Object.keys(keys).length));
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
