/** Decides which of an object's headers go to the destination. */
import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';

/** The headers that an uploader sets. Answers and writes have the same members for them. */
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
  /** The names of the headers that are left out, since they can't arrive unchanged. */
  altered: string[];
}

/**
 * S3's REST API takes US-ASCII: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html. For other characters the
 * signed bytes and the sent bytes differ, depending on the SDK and the body (docs/decisions/0027). For tabs they differ as well, since a
 * signature counts them as blanks: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Copies each header unchanged, or leaves it out. Pure. */
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
  // S3 tells how many entries it can't send as headers, but not which.
  if (head.MissingMeta) altered.push('x-amz-missing-meta');
  return { headers, altered };
}
