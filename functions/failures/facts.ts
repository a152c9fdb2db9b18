/** What an error says of itself. */
export interface ErrorFacts {
  /** The service's code, e.g. `AccessDenied`; the SDK's own name where nobody answered or, as for HEAD, without a body. */
  name: string;
  /** Absent when nobody answered, and of an answer that can't be read: what its status means, its code would have told. */
  status: number | undefined;
  message: string;
  /** Where the bucket is, when S3 has been asked in another region. */
  region?: string;
}

/** As much of the SDK's errors as tells something: the details of S3's answer are members, its headers lie in `$response`. */
interface SdkError extends Error {
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
  Region?: string;
}

/** The SDK's errors carry the service's code as `name` and the HTTP status in `$metadata`; socket errors have neither. */
export function factsOf(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { name: 'Error', status: undefined, message: String(error) };
  const { name, message, $metadata, $response, Region } = error as SdkError;
  const region = $response?.headers?.['x-amz-bucket-region'] ?? Region;
  const status = isUnreadable(error) ? undefined : $metadata?.httpStatusCode;
  return { name, status, message, ...(region !== undefined && { region }) };
}

/** What the SDK makes of an answer that is no XML any more, say since it was cut short. */
function isUnreadable({ name, message }: Error): boolean {
  return name === 'Error' && message.includes('Deserialization error');
}

/** The SDK's name for an answer without a body, and so without a code. */
export function hasNoCode({ name, status }: ErrorFacts): boolean {
  return status !== undefined && (name === 'Unknown' || name === 'NotFound' || name === 'UnknownError');
}

/**
 * The service of the action that was refused: `kms` of "User: … is not authorized to perform: kms:Decrypt on resource: …". AWS names the action before
 * the resource, whose name is anybody's to choose, so that the first one counts.
 */
export function refusedService({ name, message }: ErrorFacts): string | undefined {
  if (name.startsWith('KMS')) return 'kms';
  return /\bnot authorized to perform: ([a-z0-9-]+):\w/.exec(message)?.[1];
}

/** AWS's words without the names in them: whoever names a key or a role must not choose what is read out of a refusal. */
export function wordsOf({ message }: ErrorFacts): string {
  return message.replace(/"arn:.*"/s, '').replace(/arn:\S+/g, '');
}
