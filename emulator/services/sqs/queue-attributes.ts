/** What SetQueueAttributes changes of a queue: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
import { z } from 'zod';
import type { PrincipalIds } from '../../authorization/principal.ts';
import { ApiError } from '../../core/api.ts';
import type { PolicyDocument } from '../../core/policy-document.ts';
import { resourcePolicy } from '../../templates/resource-policy.ts';
import type { QueueSettings, RedriveAllowPolicy } from './state/queue-settings.ts';

export interface QueueChanges {
  settings: Partial<QueueSettings>;
  /** Undefined inside takes it away; missing leaves it as it is. */
  policy?: { document: PolicyDocument | undefined };
}

/** By the attribute's name: the setting, and how its text reads. An empty text takes a setting away that may be missing. */
const SETTINGS: Record<string, [setting: keyof QueueSettings, value: z.ZodType]> = {
  VisibilityTimeout: ['visibilityTimeoutSeconds', whole()],
  MessageRetentionPeriod: ['messageRetentionSeconds', whole()],
  ReceiveMessageWaitTimeSeconds: ['receiveWaitTimeSeconds', whole()],
  DelaySeconds: ['delaySeconds', whole()],
  MaximumMessageSize: ['maximumMessageSizeBytes', whole()],
  KmsMasterKeyId: ['kmsMasterKeyId', orNone(z.string())],
  KmsDataKeyReusePeriodSeconds: ['kmsDataKeyReusePeriodSeconds', whole()],
  SqsManagedSseEnabled: ['sqsManagedSseEnabled', z.enum(['true', 'false']).transform((text) => text === 'true')],
  RedrivePolicy: [
    'redrive',
    orNone(json(z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() }))),
  ],
  RedriveAllowPolicy: [
    'redriveAllow',
    orNone(
      json(
        z
          .strictObject({
            redrivePermission: z.enum(['allowAll', 'denyAll', 'byQueue']),
            sourceQueueArns: z.array(z.string()).default([]),
          })
          .transform((policy) => policy as RedriveAllowPolicy),
      ),
    ),
  ],
};

/** @throws ApiError `InvalidAttributeName`, also for those of FIFO queues; `InvalidAttributeValue` naming the attribute */
export function queueChanges(
  attributes: Record<string, string>,
  region: string,
  directory: PrincipalIds,
): QueueChanges {
  const changes: QueueChanges = { settings: {} };
  for (const [name, text] of Object.entries(attributes)) {
    if (name === 'Policy') {
      changes.policy = { document: text === '' ? undefined : policyOf(text, region, directory) };
      continue;
    }
    const known = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
    if (!known) throw new ApiError('InvalidAttributeName', 400, `Unknown Attribute ${name}.`);
    const [setting, shape] = known;
    const value = shape.safeParse(text);
    if (!value.success) throw invalidAttribute(name);
    Object.assign(changes.settings, { [setting]: value.data });
  }
  return changes;
}

function policyOf(text: string, region: string, directory: PrincipalIds): PolicyDocument {
  try {
    return resourcePolicy('queue policy', JSON.parse(text), { region, services: { directory } });
  } catch (error) {
    throw invalidAttribute('Policy', error);
  }
}

function invalidAttribute(name: string, cause?: unknown): ApiError {
  const reason = cause instanceof Error ? ` Reason: ${cause.message}` : '';
  return new ApiError('InvalidAttributeValue', 400, `Invalid value for the parameter ${name}.${reason}`);
}

function whole() {
  return z.string().regex(/^\d+$/).transform(Number);
}

function orNone(shape: z.ZodType) {
  return z.union([z.literal('').transform(() => undefined), shape]);
}

function json(shape: z.ZodType) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(shape);
}
