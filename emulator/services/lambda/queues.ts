/** What Lambda asks of SQS: queues that feed functions, and queues that take the records of failed invocations. */
import type { Caller } from '../../core/api.ts';
import type { PolicyDocument } from '../../core/policy-document.ts';
import type { ReceivedMessage } from '../../core/queue-message.ts';

export interface QueueFacts {
  readonly arn: string;
  readonly account: string;
  readonly policy: PolicyDocument | undefined;
  readonly settings: { readonly visibilityTimeoutSeconds: number };
}

export interface DestinationQueues {
  queueByArn(arn: string): QueueFacts | undefined;
  sendMessage(caller: Caller, queueArn: string, message: { body: string }): unknown;
}

export interface SourceQueues {
  queueByArn(arn: string): QueueFacts | undefined;
  receiveMessages(
    caller: Caller,
    queueArn: string,
    options: { maxMessages: number; waitTimeSeconds: number; signal: AbortSignal },
  ): Promise<ReceivedMessage[]>;
  deleteMessages(caller: Caller, queueArn: string, receiptHandles: string[]): void;
}
