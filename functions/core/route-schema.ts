/** The one definition of a route: settings are checked by it, and every type of a route is made of it (`route.ts`). */
import * as z from 'zod/mini';

export const text = z.string().check(z.minLength(1));
/** What can be a part of a request's address, whoever has said it. */
export const bucket = z.string().check(z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/));
const region = z.string().check(z.regex(/^[a-z0-9-]+$/));
const kmsKeyArn = z.string().check(z.regex(/^arn:[^:]+:kms:[^:]+:\d{12}:key\/[\w-]+$/));
/** 12 digits. */
export const account = z.string().check(z.regex(/^\d{12}$/));
export const roleArn = z.string().check(z.regex(/^arn:[^:]+:iam::\d{12}:role\/.+$/));
/** Which keys: both must hold; empty takes all. */
export const filter = z.object({ prefix: z.string(), suffix: z.string() });
const externalId = z.string().check(z.regex(/^[\w+=,.@:/-]{2,1224}$/));

/** Another account's bucket that a route reads by itself, without events, and the role of that account that may read it. */
const pull = z.object({
  /** The account that must own the bucket; S3 refuses the read otherwise. */
  account,
  region,
  bucket,
  readerRoleArn: roleArn,
  externalId,
  /** The customer managed key that the bucket encrypts with, if any. */
  kmsKeyArn: z.optional(kmsKeyArn),
});

/** As much of a route as replay needs: which objects it takes, and where they belong. */
export const listedRoute = z.object({
  name: text,
  /** Which objects of the source bucket the route takes. */
  filter,
  /** What it reads instead of the relay's own bucket. */
  pull: z.optional(pull),
  /** Whether a key that is taken at the destination stays as it is: the first object is never overwritten. */
  createOnly: z.boolean(),
  destination: z.object({
    account,
    bucket,
    /** Put before the source key as it is: `in/` makes `a.txt` into `in/a.txt`. */
    prefix: z.string(),
  }),
});

/** One way out of a source bucket: a bucket and prefix of another account, and the role that may write there. */
export const route = z.extend(listedRoute, {
  destination: z.extend(listedRoute.shape.destination, {
    region,
    /** The customer managed key that the destination bucket encrypts with, if any. */
    kmsKeyArn: z.optional(kmsKeyArn),
    /** Whether each write names the encryption, for a bucket whose policy demands the header. */
    sendEncryption: z.optional(z.boolean()),
  }),
  writerRoleArn: roleArn,
  externalId,
  /** `"copy"`, a class, or a map from classes to classes; without it, the bucket's default (STANDARD). */
  storageClass: z.optional(z.union([z.string(), z.record(z.string(), z.string())])),
  /** Whether object tags go along (needs s3:GetObjectTagging here and s3:PutObjectTagging there). */
  copyTags: z.boolean(),
  /** Whether an object is refused if S3 keeps neither a checksum nor an MD5 of it. */
  requireProof: z.boolean(),
});
