/** What a queue can be set to, within the ranges of SetQueueAttributes (SQS API Reference). */
import { invalidParameter, invalidValue, MAXIMUM_MESSAGE_SIZE_BYTES } from '../errors.ts';

export interface QueueSettings {
  account: string;
  region: string;
  /** 1–80 of letters, digits, `-` and `_`. FIFO queues are not supported. */
  name: string;
  /** 0–43,200; 30 by default. */
  visibilityTimeoutSeconds?: number;
  /** 60–1,209,600; 4 days by default. */
  messageRetentionSeconds?: number;
  /** Long polling when a receive doesn't say: 0–20, 0 by default. */
  receiveWaitTimeSeconds?: number;
  /** 0–900, 0 by default. */
  delaySeconds?: number;
  /** 1,024–1,048,576, which is also the default. */
  maximumMessageSizeBytes?: number;
  redrive?: RedrivePolicy;
  redriveAllow?: RedriveAllowPolicy;
  /** Encryption settings are kept and reported; no key is asked for. */
  sqsManagedSseEnabled?: boolean;
  kmsMasterKeyId?: string;
  kmsDataKeyReusePeriodSeconds?: number;
}

export interface RedrivePolicy {
  deadLetterTargetArn: string;
  /** 1–1,000: a message received this often goes to the dead-letter queue instead of being received again. */
  maxReceiveCount: number;
}

/** Which queues may name this one as their dead-letter queue. */
export type RedriveAllowPolicy =
  | { redrivePermission: 'allowAll' | 'denyAll' }
  | { redrivePermission: 'byQueue'; sourceQueueArns: string[] };

const DEFAULTS = {
  visibilityTimeoutSeconds: 30,
  messageRetentionSeconds: 345_600,
  receiveWaitTimeSeconds: 0,
  delaySeconds: 0,
  maximumMessageSizeBytes: MAXIMUM_MESSAGE_SIZE_BYTES,
};

export type CompleteSettings = QueueSettings & typeof DEFAULTS;

const RANGES: [keyof typeof DEFAULTS, attribute: string, minimum: number, maximum: number][] = [
  ['visibilityTimeoutSeconds', 'VisibilityTimeout', 0, 43_200],
  ['messageRetentionSeconds', 'MessageRetentionPeriod', 60, 1_209_600],
  ['receiveWaitTimeSeconds', 'ReceiveMessageWaitTimeSeconds', 0, 20],
  ['delaySeconds', 'DelaySeconds', 0, 900],
  ['maximumMessageSizeBytes', 'MaximumMessageSize', 1_024, MAXIMUM_MESSAGE_SIZE_BYTES],
];

/**
 * Fills in the defaults.
 * @throws ApiError InvalidParameterValue naming the first setting that is out of range
 */
export function completeSettings(settings: QueueSettings): CompleteSettings {
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(settings.name)) {
    throw invalidParameter(
      `Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length (standard queues only): ${settings.name}`,
    );
  }
  const complete: CompleteSettings = { ...DEFAULTS, ...settings };
  for (const [key, attribute, minimum, maximum] of RANGES) {
    const value = complete[key];
    if (!Number.isInteger(value) || value < minimum || value > maximum) {
      throw invalidValue(value, attribute, `Must be a whole number between ${minimum} and ${maximum}.`);
    }
  }
  const { redrive, redriveAllow } = complete;
  if (redrive && !(Number.isInteger(redrive.maxReceiveCount) && inRange(redrive.maxReceiveCount, 1, 1000))) {
    throw invalidValue(
      JSON.stringify(redrive),
      'RedrivePolicy',
      'Invalid value for maxReceiveCount: must be between 1 and 1000.',
    );
  }
  if (redriveAllow?.redrivePermission === 'byQueue' && !inRange(redriveAllow.sourceQueueArns.length, 1, 10)) {
    throw invalidValue(JSON.stringify(redriveAllow), 'RedriveAllowPolicy', 'byQueue takes 1 to 10 sourceQueueArns.');
  }
  return complete;
}

function inRange(value: number, minimum: number, maximum: number): boolean {
  return value >= minimum && value <= maximum;
}

/** May `sourceArn` name the queue of this policy as its dead-letter queue? Without a policy, every queue may. */
export function redriveAllowed(policy: RedriveAllowPolicy | undefined, sourceArn: string): boolean {
  if (policy?.redrivePermission === 'byQueue') return policy.sourceQueueArns.includes(sourceArn);
  return policy?.redrivePermission !== 'denyAll';
}

/** The settings under the names and in the text form of GetQueueAttributes. */
export function settingAttributes(settings: CompleteSettings): Record<string, string> {
  const attributes: Record<string, string | undefined> = {
    VisibilityTimeout: String(settings.visibilityTimeoutSeconds),
    MaximumMessageSize: String(settings.maximumMessageSizeBytes),
    MessageRetentionPeriod: String(settings.messageRetentionSeconds),
    DelaySeconds: String(settings.delaySeconds),
    ReceiveMessageWaitTimeSeconds: String(settings.receiveWaitTimeSeconds),
    RedrivePolicy: settings.redrive && JSON.stringify(settings.redrive),
    RedriveAllowPolicy: settings.redriveAllow && JSON.stringify(settings.redriveAllow),
    KmsMasterKeyId: settings.kmsMasterKeyId,
    KmsDataKeyReusePeriodSeconds: settings.kmsDataKeyReusePeriodSeconds?.toString(),
    // On by default unless a key of one's own is named.
    SqsManagedSseEnabled: String(settings.sqsManagedSseEnabled ?? settings.kmsMasterKeyId === undefined),
  };
  return Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** What one receive asks for. */
export interface ReceiveOptions {
  /** 1–10 */
  maxMessages: number;
  /** 0–43,200; without it the queue's own. */
  visibilityTimeoutSeconds?: number | undefined;
  /** 0–20; without it the queue's own. */
  waitTimeSeconds?: number | undefined;
  /** Ends the waiting; what has been received by then is handed out all the same. */
  signal?: AbortSignal | undefined;
}
