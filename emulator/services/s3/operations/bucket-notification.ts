/** The notification configuration of a bucket. */
import { z } from 'zod';
import type { ApiResponse } from '../../../core/api.ts';
import { requireOnBucket } from '../access.ts';
import { readXmlBody } from '../body/body.ts';
import { planBody } from '../body/body-plan.ts';
import type { BucketCall } from '../call.ts';
import { malformedXml, notImplemented } from '../errors.ts';
import { filterOf } from '../notifications/bucket-notifications.ts';
import { parseXml, xmlResponse } from '../wire.ts';
import { oneOrMany } from '../xml-schema.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html */
export function getBucketNotificationConfiguration(call: BucketCall): ApiResponse {
  requireOnBucket(call, 's3:GetBucketNotification');
  const { queues, eventBridge } = call.s3.notifications.of(call.bucket.settings.name) ?? { queues: [] };
  return xmlResponse('NotificationConfiguration', {
    QueueConfiguration: queues.map(({ id, queueArn, events, filter }) => {
      // S3 gives the names back with a capital, however they came.
      const rules = Object.entries({ ...filter }).map(([name, Value]) => ({
        Name: `${name[0]!.toUpperCase()}${name.slice(1)}`,
        Value,
      }));
      const Filter = rules.length === 0 ? undefined : { S3Key: { FilterRule: rules } };
      return { Id: id, Queue: queueArn, Event: events, Filter };
    }),
    EventBridgeConfiguration: eventBridge ? '' : undefined,
  });
}

const filterRule = z.strictObject({ Name: z.string(), Value: z.string() });
const s3Key = z.strictObject({ FilterRule: oneOrMany(filterRule) });
/** An element without content reads as text. */
const empty = z.literal('');

const queueConfiguration = z.strictObject({
  Id: z.string().max(255).optional(),
  Queue: z.string(),
  Event: oneOrMany(z.string()),
  Filter: z.union([empty, z.strictObject({ S3Key: z.union([empty, s3Key]) })]).optional(),
});

const configurationSchema = z.union([
  empty.transform(() => ({})),
  z.strictObject({
    QueueConfiguration: oneOrMany(queueConfiguration).optional(),
    EventBridgeConfiguration: empty.optional(),
  }),
]) as z.ZodType<{
  QueueConfiguration?: z.output<typeof queueConfiguration>[];
  EventBridgeConfiguration?: string;
}>;

/** Takes the place of all that was there: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html */
export async function putBucketNotificationConfiguration(call: BucketCall): Promise<ApiResponse> {
  const { s3, headers, bucket } = call;
  requireOnBucket(call, 's3:PutBucketNotification');
  const content = parseXml(await readXmlBody(call, planBody(call.request, headers)), 'NotificationConfiguration');
  const elsewhere = ['TopicConfiguration', 'CloudFunctionConfiguration'].find((name) =>
    Object.hasOwn(Object(content), name),
  );
  if (elsewhere !== undefined) throw notImplemented(`the ${elsewhere} of a bucket's notifications`);
  const body = configurationSchema.safeParse(content);
  if (!body.success) throw malformedXml();
  const { QueueConfiguration = [], EventBridgeConfiguration } = body.data;
  const { name, account, region } = bucket.settings;
  s3.notifications.configure(name, {
    account,
    region,
    eventBridge: EventBridgeConfiguration !== undefined,
    validates: headers.get('x-amz-skip-destination-validation')?.toLowerCase() !== 'true',
    queues: QueueConfiguration.map(({ Id, Queue, Event, Filter }) => ({
      queueArn: Queue,
      events: Event,
      filter: filterOf(typeof Filter === 'object' && typeof Filter.S3Key === 'object' ? Filter.S3Key.FilterRule : []),
      ...(Id !== undefined && Id !== '' && { id: Id }),
    })),
  });
  return { status: 200 };
}
