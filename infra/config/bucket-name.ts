/** Whether S3 takes a bucket name, and whether CloudFormation can create such a bucket. */

/** Beginnings and ends of names that S3 reserves. */
export const RESERVED_STARTS = ['xn--', 'sthree-', 'amzn-s3-demo-'];
export const RESERVED_ENDS: [end: string, meaning: string][] = [
  ['-s3alias', 'an access point'],
  ['--ol-s3', 'an Object Lambda access point'],
  ['--op-s3', 'an access point on Outposts'],
  ['.mrap', 'a Multi-Region access point'],
  ['--x-s3', 'a directory bucket'],
  ['--xa-s3', 'an access point of a directory bucket'],
  ['--table-s3', 'a table bucket'],
];

/**
 * Why no general purpose bucket can have this name; undefined when one can. Pure.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html and, for aliases,
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html
 */
export function whyNoBucket(name: string): string | undefined {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
    return 'must be a bucket name: 3 to 63 lower-case letters, digits, dots, hyphens, with a letter or digit at both ends';
  }
  if (/\.\.|\.-|-\./.test(name)) return 'must be a bucket name, where no dot stands beside another dot or a hyphen';
  if (/^\d+(\.\d+){3}$/.test(name)) return 'must be a bucket name, and not an IP address';
  const start = RESERVED_STARTS.find((each) => name.startsWith(each));
  if (start !== undefined) return `must be a bucket name, and S3 keeps names that begin with "${start}" for itself`;
  const end = RESERVED_ENDS.find(([each]) => name.endsWith(each));
  if (end === undefined) return undefined;
  return `must be the name of a general purpose bucket, and "${end[0]}" at the end names ${end[1]}`;
}

/**
 * Why CloudFormation can't create a bucket of this name, although one may exist. Names with this end belong to the namespace of one
 * account and region, which needs a parameter of its own. Pure.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
 */
export function whyNoNewBucket(name: string): string | undefined {
  if (!name.endsWith('-an')) return undefined;
  return '"-an" at the end is for buckets of an account\'s own regional namespace, which this stack doesn\'t create: create it yourself and set "existingBucket": true, or choose another name';
}
