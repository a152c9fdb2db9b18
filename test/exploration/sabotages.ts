import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { DeleteMessageCommand } from '@aws-sdk/client-sqs';
import { parseMessageBody } from '../../functions/request/sqs-message.ts';
import type { Answer } from './invocations.ts';
import type { Services } from './services.ts';
import type { World } from './world.ts';

/** A way to break the relay from outside, to see whether anybody notices. */
export interface Sabotage {
  /** What AWS does for one invocation. */
  services?: (services: Services) => Services;
  /** What an invocation does. */
  answer?: (answer: Answer, world: World) => Answer;
  /** An abort is answered as ever, yet the request goes on: it outlives the invocation that sent it. */
  outlivesAbort?: true;
}

/** The look after a write shows what the look before it showed. For one message per invocation. */
export const withoutSettle: Sabotage = {
  services(services) {
    let seen: HeadObjectCommandOutput | undefined;
    let isWritten = false;
    return {
      ...services,
      HeadObject(input) {
        if (!isWritten || !seen) seen = services.HeadObject(input);
        return seen;
      },
      GetObject(input) {
        const got = services.GetObject(input);
        // A small object's first look is a read.
        if (!isWritten) seen = got;
        return got;
      },
      PutItem(input) {
        isWritten = true;
        return services.PutItem(input);
      },
    };
  },
};

/** Reads take whatever is the newest by then. */
export const withoutPin: Sabotage = {
  services: (services) => ({
    ...services,
    GetObject: ({ VersionId, IfMatch, ...input }) => services.GetObject(input),
  }),
};

export const acknowledgingFirst: Sabotage = {
  answer: (answer) => async (invocation, event) => {
    const { clients, config } = invocation;
    for (const { receiptHandle } of event.Records) {
      await clients.sqs.send(new DeleteMessageCommand({ QueueUrl: config.queueUrl, ReceiptHandle: receiptHandle }));
    }
    return answer(invocation, event);
  },
};

/** The most favourable form: the ledger and the source are looked at in one instant. */
export const skippingWhatTheLedgerShows: Sabotage = {
  answer: (answer, world) => async (invocation, event) => {
    const isNeeded = (body: string) =>
      parseMessageBody(body, { sourceBucket: 'uploads', routes: [] }).some(
        ({ source }) => !world.isRecorded(source.key),
      );
    const Records = event.Records.filter(({ body }) => isNeeded(body));
    return Records.length === 0 ? { batchItemFailures: [] } : answer(invocation, { Records });
  },
};

/** An execution is named by what it is to deliver. */
export const namingByVersion: Sabotage = {
  services: (services) => ({
    ...services,
    Invoke: (input) => {
      const { key } = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString()) as { key: string };
      const { VersionId, ETag } = services.HeadObject({ Bucket: 'uploads', Key: key });
      return services.Invoke({ ...input, DurableExecutionName: `${key} ${VersionId ?? ETag}` });
    },
  }),
};

/** What is to be sent anew gets lost on the way. */
export const losingWhatIsSentAnew: Sabotage = {
  services: (services) => ({
    ...services,
    SendMessage: (input) => (input.QueueUrl === 'queue' ? {} : services.SendMessage(input)),
  }),
};

export const withoutStoppingRequests: Sabotage = { outlivesAbort: true };
