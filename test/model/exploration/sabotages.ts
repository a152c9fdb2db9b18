import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { DeleteMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { RelayConfig } from '../../../functions/core/config.ts';
import { parseMessageBody } from '../../../functions/request/sqs-message.ts';
import type { Answer } from './invocations.ts';
import { BOUNDS } from './late-writes.ts';
import type { Services } from './services.ts';
import type { World } from './world.ts';

/** A way to break the relay from outside, to see whether anybody notices. */
export interface Sabotage {
  /** What AWS does for one invocation. */
  services?: (services: Services) => Services;
  /** What an invocation does. */
  answer?: (answer: Answer, world: World) => Answer;
  /** What the relay believes of its surroundings. */
  config?: Partial<RelayConfig>;
  /** What an invocation is told of itself. */
  event?: (record: SQSRecord) => SQSRecord;
  /** An abort is answered as ever, yet the request goes on: it outlives the invocation that sent it. */
  outlivesAbort?: true;
  /** How many tries the SDK says that a request took, whatever it took. */
  attempts?: 1;
  /** The queue hides a message for less than the function's timeout. */
  hidesTooBriefly?: true;
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

/** Nobody knows that a message was handed out before. */
export const forgettingRedeliveries: Sabotage = {
  event: (record) => ({ ...record, attributes: { ...record.attributes, ApproximateReceiveCount: '1' } }),
};

/** A message comes back while its receiver lives. */
export const hidingTooBriefly: Sabotage = { hidesTooBriefly: true };

/** Nobody asks for more time, so that a message which was long under way to its receiver comes back while that one lives. */
export const withoutHolding: Sabotage = {
  services: (services) => ({ ...services, ChangeMessageVisibility: () => ({}) }),
};

/** What is delivered once more is so at once. */
export const repeatingAtOnce: Sabotage = { config: { latePutSeconds: 0.001, lateCompleteSeconds: 0.001 } };

/** A PutObject is trusted to be over soon, and a completion no later. */
export const trustingCompletions: Sabotage = { config: { lateCompleteSeconds: BOUNDS.latePutSeconds } };

/** A repetition within the SDK counts as the only try. */
export const forgettingRepetitions: Sabotage = { attempts: 1 };

/** What was sent anew for it doesn't say that something may have been written. */
export const forgettingUncertainty: Sabotage = {
  services: (services) => ({
    ...services,
    SendMessage({ MessageAttributes = {}, ...input }) {
      const { Uncertain, ...attributes } = MessageAttributes;
      return services.SendMessage({ ...input, MessageAttributes: attributes });
    },
  }),
};

/** A failure takes the place of any delivery. */
export const recordingEveryFailure: Sabotage = {
  services: (services) => ({
    ...services,
    PutItem({ ConditionExpression, ...input }) {
      const isFailure = input.Item?.['status']?.S === 'failed';
      return services.PutItem(isFailure ? input : { ...input, ConditionExpression });
    },
  }),
};

/** What a failure takes the place of is forgotten. */
export const forgettingWhatFailuresReplace: Sabotage = {
  services: (services) => ({
    ...services,
    PutItem({ Item: { deliveredVersionId, deliveredETag, deliveredSequencer, deliveredAt, ...Item } = {}, ...input }) {
      return services.PutItem({ ...input, Item });
    },
  }),
};

/** A dead letter doesn't say that something may have been written. */
export const forgettingWhatDeadLettersWrote: Sabotage = {
  services: (services) => ({
    ...services,
    SendMessage({ MessageAttributes = {}, ...input }) {
      const { Uncertain, ...attributes } = MessageAttributes;
      const isDeadLetter = input.QueueUrl !== 'queue';
      return services.SendMessage({ ...input, MessageAttributes: isDeadLetter ? attributes : MessageAttributes });
    },
  }),
};

/** A message that comes after a `Superseded` says nothing of it. */
export const forgettingThatItWasTold: Sabotage = {
  event: (record) => {
    const { ErrorCode, Superseded, ...messageAttributes } = record.messageAttributes;
    return { ...record, messageAttributes };
  },
};

/** The ledger doesn't say what it holds. */
export const withoutOldItems: Sabotage = {
  services: (services) => ({
    ...services,
    PutItem(input) {
      try {
        services.PutItem(input);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
      return {};
    },
  }),
};

/** Any receipt takes the place of any other. */
export const recordingWithoutCondition: Sabotage = {
  services: (services) => ({
    ...services,
    PutItem: ({ ConditionExpression, ...input }) => services.PutItem(input),
  }),
};

/** What account B must know is thrown away. */
export const withoutDeadLetters: Sabotage = {
  services: (services) => ({
    ...services,
    SendMessage: (input) => (input.QueueUrl === 'queue' ? services.SendMessage(input) : {}),
  }),
};

/** One record that can't be relayed takes the others of its message along. */
export const settingAsideWhole: Sabotage = {
  answer: (answer) => async (invocation, event) => {
    const { clients, config } = invocation;
    const whole = event.Records[0]!.body;
    const send = clients.sqs.send.bind(clients.sqs);
    const sqs = Object.assign(Object.create(clients.sqs), {
      send(command: { input: { QueueUrl?: string; MessageBody?: string } }, ...rest: never[]) {
        if (command.input.QueueUrl === config.deadLetterQueueUrl) command.input.MessageBody = whole;
        return (send as (...all: unknown[]) => unknown)(command, ...rest);
      },
    });
    return answer({ ...invocation, clients: { ...clients, sqs } }, event);
  },
};

/** Of two objects with the same bytes it is the metadata that nobody looks at. */
export const withoutMetadata: Sabotage = {
  services: (services) => {
    const isLook = new WeakSet<object>();
    let first: Record<string, string> | undefined;
    return {
      ...services,
      HeadObject(input) {
        const head = services.HeadObject(input);
        isLook.add(head);
        first ??= head.Metadata;
        return { ...head, Metadata: first };
      },
    };
  },
};
