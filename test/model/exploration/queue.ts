/** A message of the queue: at least once, in any order, and again whenever nobody said that it is done. */
export interface Message {
  id: string;
  key: string;
  body: string;
  receives: number;
  /** Milliseconds. */
  sentAtMs: number;
  /** Its attributes, as they were sent. */
  attributes: Record<string, string>;
  isVisible: boolean;
  isDeleted: boolean;
  /** Whoever has it has asked for it to stay hidden until it ends. */
  isHeld: boolean;
}

/** How a message is sent. */
export interface Sending extends Partial<Pick<Message, 'attributes' | 'sentAtMs'>> {
  delaySeconds?: number;
}

export interface DeadLetter {
  key: string;
  body: string;
  attributes: Record<string, string>;
  code: string;
  reason: string;
}

/** SQS as far as it matters: who may take which message. What waits for how long is the schedule's to say. */
export class Queue {
  readonly messages: Message[] = [];
  readonly deadLetters: DeadLetter[] = [];
  readonly #onVisible: (message: Message) => void;
  readonly #onDeleted: (message: Message) => void;
  readonly #onSetAside: (letter: DeadLetter) => void;

  /** What has happened by the time that a message sent now is first seen. */
  readonly #delayed: (seconds: number) => Promise<void>;

  constructor(on: {
    visible: (message: Message) => void;
    deleted: (message: Message) => void;
    setAside?: (letter: DeadLetter) => void;
    delayed?: (seconds: number) => Promise<void>;
  }) {
    this.#onVisible = on.visible;
    this.#onDeleted = on.deleted;
    this.#onSetAside = on.setAside ?? (() => undefined);
    this.#delayed = on.delayed ?? (async () => undefined);
  }

  send(key: string, body: string, { attributes = {}, sentAtMs = 0, delaySeconds = 0 }: Sending = {}): void {
    const id = `m${this.messages.length + 1}`;
    const message = {
      id,
      key,
      body,
      receives: 0,
      sentAtMs,
      attributes,
      isVisible: false,
      isDeleted: false,
      isHeld: false,
    };
    this.messages.push(message);
    void this.#show(message, delaySeconds);
  }

  setAside(key: string, body: string, attributes: Record<string, string>): void {
    const { ErrorCode: code = '', ErrorMessage: reason = '' } = attributes;
    const letter = { key, body, attributes, code, reason };
    this.deadLetters.push(letter);
    this.#onSetAside(letter);
  }

  /** As a redrive does it: a new message, with the attributes that it had. */
  sendBack(letter: DeadLetter, sentAtMs: number): void {
    const { key, body, attributes } = letter;
    this.deadLetters.splice(this.deadLetters.indexOf(letter), 1);
    this.send(key, body, { attributes, sentAtMs });
  }

  async #show(message: Message, delaySeconds: number): Promise<void> {
    if (delaySeconds > 0) await this.#delayed(delaySeconds);
    message.isVisible = true;
    this.#onVisible(message);
  }

  /** Whether the message was sent anew, and that one is still to be answered. */
  hasAnother(message: Message): boolean {
    const firstId = ({ id, attributes }: Message) => attributes['FirstMessageId'] ?? id;
    return this.messages.some((each) => each !== message && !each.isDeleted && firstId(each) === firstId(message));
  }

  /** The message and as many others as the batch takes; none if somebody else was faster. */
  receive(first: Message, batchSize: number): Message[] {
    if (!first.isVisible) return [];
    const others = this.messages.filter((message) => message !== first && message.isVisible);
    const batch = [first, ...others].slice(0, batchSize);
    for (const message of batch) {
      message.isVisible = false;
      message.isHeld = false;
      message.receives++;
    }
    return batch;
  }

  receiptHandle({ id, receives }: Message): string {
    return `${id}/${receives}`;
  }

  /** An older receipt handle than that of the last receive does nothing. */
  delete(receiptHandle: string): void {
    const message = this.#inFlight(receiptHandle);
    if (!message) return;
    message.isDeleted = true;
    this.#onDeleted(message);
  }

  release(receiptHandle: string): void {
    const message = this.#inFlight(receiptHandle);
    if (!message) return;
    message.isVisible = true;
    this.#onVisible(message);
  }

  /** Its visibility timeout runs out, unless its receiver has had it extended. */
  runOut(receiptHandle: string): void {
    if (this.#inFlight(receiptHandle)?.isHeld === false) this.release(receiptHandle);
  }

  /** As ChangeMessageVisibility does it. @returns whether the message is in flight under this receipt handle */
  hold(receiptHandle: string): boolean {
    const message = this.#inFlight(receiptHandle);
    if (message) message.isHeld = true;
    return message !== undefined;
  }

  #inFlight(receiptHandle: string): Message | undefined {
    return this.messages.find(
      (message) => !message.isVisible && !message.isDeleted && this.receiptHandle(message) === receiptHandle,
    );
  }
}
