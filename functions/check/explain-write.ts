/** Explains why a write of the check failed, and who must change what. Pure. */
import { encryptStatement, keyStatement, putStatement } from '../aws/policies.ts';
import type { RelayErrorCode } from '../core/errors.ts';
import type { Route } from '../core/route.ts';
import { rowOf } from '../failures/classify.ts';
import { type ErrorFacts, keyIn, wordsOf } from '../failures/facts.ts';
import { atDestination, atSource, type Remedy } from './line.ts';

/** For `aws s3api put-bucket-ownership-controls`. */
const OWNER_ENFORCED = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] };
/** For `aws s3api put-object-lock-configuration`. */
const NO_DEFAULT_RETENTION = { ObjectLockEnabled: 'Enabled' };

/** A write that failed, and the outcomes of trying it in other ways. */
export interface FailedWrite {
  route: Route;
  sourceAccount: string;
  error: ErrorFacts;
  /** The same write without the relay's session policy. */
  byRoleItself: 'done' | 'failed';
  /** A write that stores nothing, into the bucket of that name, whoever owns it. */
  byAnyOwner: 'allowed' | 'refused';
  /** Whether a write with the ACL `bucket-owner-full-control` is refused for that ACL rather than for the former reason. */
  aclIsDemanded: boolean;
  /** Whether the same write is allowed with If-None-Match. */
  conditionIsDemanded: boolean;
  /** Whether the same write is allowed when it names the encryption: as the route's configuration says, or only with a KMS key. */
  encryptionDemanded: 'as configured' | 'with a key' | undefined;
}

/** A failed write with the code and advice of the failure table. */
type Explained = FailedWrite & { code: RelayErrorCode; advice: string };

type Row = { when: (write: Explained) => boolean; remedy: (write: Explained) => Remedy };

const isDenied = ({ code }: Explained) => code === 'DestinationDenied' || code === 'DestinationKeyDenied';

/** What nobody at the destination can change. */
const OWN: readonly RelayErrorCode[] = ['ClockSkewed', 'SignatureRefused', 'SessionExpired'];

/** The first row that fits explains the failure, so narrow rows come first. */
const ROWS: readonly Row[] = [
  {
    // The code has many reasons; only the message tells which.
    when: ({ error }) => error.name === 'InvalidRequest' && /object lock/i.test(wordsOf(error)),
    remedy: ({ route }) =>
      atDestination(
        route,
        `Bucket ${route.destination.bucket} keeps each new version for a while (Object Lock with a default retention) and so takes no part without a checksum of its own; the relay streams parts and proves the whole object at the end. Take the rule off (aws s3api put-object-lock-configuration), and set retention afterwards, e.g. by S3 Batch Operations; or give the route another bucket. Objects up to 64 MiB are delivered either way.`,
        NO_DEFAULT_RETENTION,
      ),
  },
  {
    when: ({ code }) => code === 'BucketMissing',
    remedy: ({ route }) =>
      atDestination(
        route,
        `There is no bucket ${route.destination.bucket}. Deploy the destination stack, or correct destination.bucket in cdk.json on both sides.`,
      ),
  },
  {
    when: ({ code }) => code === 'WrongRegion',
    remedy: ({ route, sourceAccount, error }) =>
      atSource(
        sourceAccount,
        `Bucket ${route.destination.bucket} is not in ${route.destination.region}${error.region === undefined ? '' : `, but in ${error.region}`}: correct destination.region of route "${route.name}" in cdk.json.`,
      ),
  },
  {
    when: (write) => isDenied(write) && write.byRoleItself === 'done',
    remedy: ({ route, sourceAccount, error }) =>
      atSource(
        sourceAccount,
        `The writer role may do it, but the relay's own session policy, which is made from cdk.json, is narrower than what the bucket asks for. Set destination.kmsKeyArn of route "${route.name}" to the bucket's key and deploy the source stack; the session policy then has this statement.`,
        encryptStatement(route, keyIn(error, route.destination.kmsKeyArn)),
      ),
  },
  {
    when: ({ code, error }) => code === 'DestinationKeyDenied' && error.name.startsWith('KMS'),
    remedy: ({ route, advice }) => atDestination(route, advice),
  },
  {
    when: ({ code }) => code === 'DestinationKeyDenied',
    remedy: ({ route, error }) => {
      const keyArn = keyIn(error, route.destination.kmsKeyArn);
      return atDestination(
        route,
        `The writer role may not use the key that the bucket encrypts with. The first statement belongs into the policy of role ${route.writerRoleArn} (destination.kmsKeyArn in cdk.json writes it), the second into the key's own policy, unless that leaves everything to IAM.`,
        [encryptStatement(route, keyArn), keyStatement(route, keyArn)],
      );
    },
  },
  {
    when: (write) => isDenied(write) && write.byAnyOwner === 'allowed',
    remedy: otherOwner,
  },
  {
    when: (write) => isDenied(write) && write.aclIsDemanded,
    remedy: ({ route }) =>
      atDestination(
        route,
        `The policy of bucket ${route.destination.bucket} demands an ACL on each write, and the relay sends none. Turn ACLs off (aws s3api put-bucket-ownership-controls), so that the bucket's owner owns every object anyway, and remove the Deny that asks for s3:x-amz-acl.`,
        OWNER_ENFORCED,
      ),
  },
  {
    when: (write) => isDenied(write) && write.encryptionDemanded !== undefined,
    remedy: ({ route, sourceAccount, encryptionDemanded }) => {
      const key =
        encryptionDemanded === 'with a key' ? " and destination.kmsKeyArn to the ARN of the bucket's key" : '';
      return atSource(
        sourceAccount,
        `The policy of bucket ${route.destination.bucket}, or of its organization, demands that each write names its encryption (x-amz-server-side-encryption). Set destination.sendEncryption of route "${route.name}" to true${key} in cdk.json, and deploy ${key === '' ? 'the source stack' : 'both stacks'}.`,
      );
    },
  },
  {
    when: (write) => isDenied(write) && write.conditionIsDemanded,
    remedy: ({ route }) =>
      atDestination(
        route,
        `The policy of bucket ${route.destination.bucket} demands If-None-Match on each write, so nothing there can be overwritten. Set createOnly of route "${route.name}" to true in cdk.json, if what came first shall stay; otherwise except the writer role from that Deny (s3:if-none-match).`,
      ),
  },
  {
    when: (write) => isDenied(write) && /explicit deny/.test(wordsOf(write.error)),
    remedy: ({ route, error }) =>
      atDestination(
        route,
        `A Deny stands in the way (${policyIn(error)}): except the writer role from it, or from its condition. What the role needs is this.`,
        putStatement(route),
      ),
  },
  {
    when: (write) => isDenied(write) && /because no .* allows/.test(wordsOf(write.error)),
    remedy: ({ route, error }) =>
      atDestination(
        route,
        `Role ${route.writerRoleArn} may not put objects under "${route.destination.prefix}" (${policyIn(error)}). Let bucket and prefix be the same in both sides' cdk.json; the role's policy then has this statement.`,
        putStatement(route),
      ),
  },
  // S3 names the policy only within an account or an organization, so a bare "Access Denied" means another owner:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
  { when: isDenied, remedy: otherOwner },
  {
    when: ({ code }) => OWN.includes(code),
    remedy: ({ sourceAccount, advice }) => atSource(sourceAccount, advice),
  },
  {
    when: ({ code }) => code !== 'TransferFailed' && code !== 'Throttled',
    remedy: ({ route, advice }) => atDestination(route, advice),
  },
];

export function explainWrite(write: FailedWrite): Remedy {
  const { code, advice } = rowOf(write.error, 'destination');
  const explained = { ...write, code, advice };
  const row = ROWS.find(({ when }) => when(explained));
  if (row) return row.remedy(explained);
  const { route } = write;
  return atDestination(
    route,
    `The bucket takes no objects at present. If it repeats, this is what the role must have.`,
    putStatement(route),
  );
}

function otherOwner({ route }: FailedWrite): Remedy {
  const { bucket, account } = route.destination;
  return atDestination(
    route,
    `Bucket ${bucket} does not seem to belong to account ${account}, and the relay writes to no other owner's. Bucket names are unique in the world: give the bucket another name in both sides' cdk.json and deploy it in account ${account}; or, if another account shall own it, set destination.account and make the writer role there, with this statement.`,
    putStatement(route),
  );
}

function policyIn(error: ErrorFacts): string {
  return /(?:because no|with an explicit deny in an?) .*$/.exec(wordsOf(error))?.[0] ?? error.message;
}
