/** What S3 asks of a bucket policy before it takes it, whoever brings it. */
import reference from '../../authorization/condition-keys.json' with { type: 'json' };
import { matchesAction } from '../../authorization/match.ts';
import { ApiError, type Principal } from '../../core/api.ts';
import { listOf, type PolicyDocument } from '../../core/policy-document.ts';
import { isPublic } from './public-policy.ts';
import type { Bucket } from './state/bucket.ts';

const ACTIONS = {
  bucket: actionsOf(reference.bucketPolicy.bucket),
  object: actionsOf(reference.bucketPolicy.object),
  other: actionsOf(reference.bucketPolicy.other),
};

/**
 * @param caller named in the refusal of a public policy
 * @throws ApiError `MalformedPolicy` (400) for another bucket's resource, `AccessDenied` (403) for a public policy that the
 *   bucket's public access block prevents
 */
export function checkBucketPolicy({ arn, settings }: Bucket, policy: PolicyDocument, caller?: Principal): void {
  for (const { Resource, NotResource, Action, NotAction } of listOf(policy.Statement)) {
    if (
      !listOf(Action ?? NotAction).every((action) => Object.values(ACTIONS).some((names) => isAmong(action, names)))
    ) {
      throw malformedPolicy('Policy has invalid action');
    }
    const resources = [...listOf(Resource), ...listOf(NotResource)];
    const isOwn = (resource: string) => resource === arn || resource.startsWith(`${arn}/`) || resource === `${arn}*`;
    if (!resources.every(isOwn)) throw malformedPolicy('Policy has invalid resource');
    const named = listOf(Resource);
    const applicable = [
      ...(named.some((resource) => !resource.startsWith(`${arn}/`)) ? ACTIONS.bucket : []),
      ...(named.some((resource) => resource !== arn) ? ACTIONS.object : []),
    ];
    if (Resource !== undefined && !listOf(Action).every((action) => isAmong(action, applicable))) {
      throw malformedPolicy('Action does not apply to any resource(s) in statement');
    }
  }
  if (!settings.publicAccessBlock?.blockPublicPolicy || !isPublic(policy)) return;
  const who = caller && 'arn' in caller ? `User: ${caller.arn}` : 'User';
  const problem = `${who} is not authorized to perform: s3:PutBucketPolicy on resource: "${arn}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`;
  throw new ApiError('AccessDenied', 403, problem);
}

function actionsOf(names: string): string[] {
  return names.split(' ').map((name) => `s3:${name}`);
}

function isAmong(pattern: string, actions: readonly string[]): boolean {
  return actions.some((action) => matchesAction(pattern, action));
}

export function malformedPolicy(message: string): ApiError {
  return new ApiError('MalformedPolicy', 400, message);
}
