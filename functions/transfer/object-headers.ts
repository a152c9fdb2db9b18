import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';

/** What an uploader says of an object, by the members of an answer that a write takes under the same name. */
const HEADERS = {
  CacheControl: 'cache-control',
  ContentDisposition: 'content-disposition',
  ContentEncoding: 'content-encoding',
  ContentLanguage: 'content-language',
  ContentType: 'content-type',
  ExpiresString: 'expires',
  WebsiteRedirectLocation: 'x-amz-website-redirect-location',
} as const;

type HeaderName = keyof typeof HEADERS;

export type ObjectHeaders = Partial<Record<HeaderName, string>> & { Metadata?: Record<string, string> };

export interface CopiedHeaders {
  headers: ObjectHeaders;
  /** The names of headers that the object has at the source and can't have at the destination. */
  altered: string[];
}

/**
 * S3's REST API takes US-ASCII: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html. Beyond it the bytes that are
 * signed and the bytes that are sent differ, by SDK and by kind of body (docs/decisions/0027); so do they for tabs, which count as blanks
 * in a signature: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Each header as it is or, where it couldn't arrive so, not at all. Pure. */
export function copiedHeaders(head: Partial<HeadObjectCommandOutput>): CopiedHeaders {
  const headers: ObjectHeaders = {};
  const altered: string[] = [];
  for (const [member, name] of Object.entries(HEADERS) as [HeaderName, string][]) {
    const value = head[member];
    if (value === undefined) continue;
    if (PRINTABLE_ASCII.test(value)) headers[member] = value;
    else altered.push(name);
  }
  const metadata = Object.entries(head.Metadata ?? {});
  const [sent, left] = [true, false].map((isSent) =>
    metadata.filter(([, value]) => PRINTABLE_ASCII.test(value) === isSent),
  );
  if (head.Metadata !== undefined) headers.Metadata = Object.fromEntries(sent!);
  altered.push(...left!.map(([name]) => `x-amz-meta-${name}`));
  // S3 tells how many entries it can't answer as headers, and not which.
  if (head.MissingMeta) altered.push('x-amz-missing-meta');
  return { headers, altered };
}
