/** The capabilities that a template with IAM resources needs. */
import { ApiError } from '../../core/api.ts';
import type { Template } from '../../templates/intrinsics.ts';

const NAMES = ['RoleName', 'UserName', 'GroupName', 'ManagedPolicyName'];

/**
 * Whoever deploys has to say that the template may make identities, and name them.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html#using-iam-capabilities
 * @throws ApiError `InsufficientCapabilitiesException` (400)
 */
export function requireCapabilities(template: Template, given: readonly string[]): void {
  const needed = neededCapability(template);
  if (needed === undefined || given.includes(needed) || given.includes('CAPABILITY_NAMED_IAM')) return;
  throw new ApiError('InsufficientCapabilitiesException', 400, `Requires capabilities : [${needed}]`);
}

/** Undefined for a template without identities. */
export function neededCapability({ Resources }: Template): string | undefined {
  const identities = Object.values(Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  if (identities.length === 0) return undefined;
  const named = identities.some(({ Properties = {} }) => NAMES.some((name) => name in Properties));
  return named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM';
}
