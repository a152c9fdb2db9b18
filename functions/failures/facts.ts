/** Reads the facts out of an error of the SDK or of the network. */

/** What an error says of itself. */
export interface ErrorFacts {
  /** The service's code, e.g. `AccessDenied`. Without an answer, and for an answer without a body (HEAD), the SDK's own name. */
  name: string;
  /** Undefined without an answer, and for an answer that can't be read: only its code would tell what the status means. */
  status: number | undefined;
  message: string;
  /** The bucket's region, when the request went to another one. */
  region?: string;
}

/** What an error of the SDK carries: the details of S3's answer are members, the headers are in `$response`. */
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

/** The SDK's error for an answer that isn't XML, for example because it was cut short. */
function isUnreadable({ name, message }: Error): boolean {
  return name === 'Error' && message.includes('Deserialization error');
}

/** The SDK's name for an answer without a body, and so without a code. */
export function hasNoCode({ name, status }: ErrorFacts): boolean {
  return status !== undefined && (name === 'Unknown' || name === 'NotFound' || name === 'UnknownError');
}

/** The error in one line, for people. */
export function describe({ name, status, message }: ErrorFacts): string {
  return [status, name === message ? name : `${name}: ${message}`].filter((part) => part !== undefined).join(' ');
}

/**
 * The service of the action that was refused: `kms` of "User: … is not authorized to perform: kms:Decrypt on resource: …". The first
 * action counts: AWS names it before the resource, and an uploader chooses the name of the resource.
 */
export function refusedService({ name, message }: ErrorFacts): string | undefined {
  if (name.startsWith('KMS')) return 'kms';
  return /\bnot authorized to perform: ([a-z0-9-]+):\w/.exec(message)?.[1];
}

/** AWS's message without the ARNs in it: whoever names a key or a role must not decide how a refusal is read. */
export function wordsOf({ message }: ErrorFacts): string {
  return message.replace(/"arn:.*"/s, '').replace(/arn:\S+/g, '');
}

/** The KMS key that a refusal names, otherwise the configured one, otherwise words that stand for it. */
export function keyIn({ message }: ErrorFacts, configured: string | undefined): string {
  const named = /arn:[^:\s]+:kms:[^:\s]+:\d{12}:key\/[\w-]+/.exec(message)?.[0];
  return named ?? configured ?? "the ARN of the bucket's KMS key";
}
