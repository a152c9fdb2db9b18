/** Messages that a queue hands out a second time. */
import type { ReceiveListener } from '../services/sqs/state/queue.ts';
import type { Faults } from './faults.ts';
import type { Subject } from './rule.ts';

/** Makes messages that have just been received visible again at once, as if their visibility timeout had been too short. */
export function redelivery(faults: Faults): ReceiveListener {
  return (queue, messages) => {
    for (const { body, receiptHandle } of messages) {
      const injection = faults.decide('message', { queue: queue.name, ...objectOf(body) });
      if (injection?.claim()) queue.changeVisibility(receiptHandle, 0);
    }
  };
}

/** The object that a message is about, if it is a notification of S3 or an event from EventBridge. */
function objectOf(body: string): Subject {
  try {
    const { Records, detail } = JSON.parse(body) as MessageBody;
    if (detail) return { bucket: detail.bucket.name, key: detail.object.key };
    const { bucket, object } = Records![0]!.s3;
    return { bucket: bucket.name, key: decodeURIComponent(object.key.replaceAll('+', ' ')) };
  } catch {
    return {};
  }
}

interface ObjectNames {
  bucket: { name: string };
  object: { key: string };
}

interface MessageBody {
  Records?: { s3: ObjectNames }[];
  detail?: ObjectNames;
}
