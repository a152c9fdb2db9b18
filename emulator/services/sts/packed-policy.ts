/** The packed size of a session policy. */
import { deflateRawSync } from 'node:zlib';
import { ApiError } from '../../core/api.ts';

/**
 * How many bytes a packed session policy may have here. STS packs policies and tags into a binary form with a limit of its
 * own, and gives neither the form nor the limit, only a percentage:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
 * Here a policy is packed by DEFLATE, into half of the 2,048 characters that it may have: what repeats itself costs little,
 * as with STS, and what is all different reaches this limit before that of the characters.
 */
const MAX_PACKED_BYTES = 1024;

/**
 * @returns how much of the room the policy takes, in percent, as in `PackedPolicySize`
 * @throws ApiError `PackedPolicyTooLarge` (400)
 */
export function packedPolicySize(policy: string): number {
  const percent = Math.ceil((100 * deflateRawSync(policy, { level: 9 }).byteLength) / MAX_PACKED_BYTES);
  if (percent <= 100) return percent;
  const problem = `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`;
  throw new ApiError('PackedPolicyTooLarge', 400, problem);
}
