import { buffer } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Clients } from '../../../functions/aws/clients.ts';
import type { LateWrites } from './late-writes.ts';
import type { Life } from './life.ts';
import { s3Error } from './s3-error.ts';
import type { Services } from './services.ts';

/** They send nothing: `send` is replaced. What else of a client is looked at, such as its configuration, is real. */
const CONFIGURATION = { region: 'us-east-1', endpoint: 'https://s3.invalid' };
const real = {
  s3: new S3Client(CONFIGURATION),
  sqs: new SQSClient(CONFIGURATION),
  dynamodb: new DynamoDBClient(CONFIGURATION),
  eventBridge: new EventBridgeClient(CONFIGURATION),
  lambda: new LambdaClient(CONFIGURATION),
};

/** The members of requests and answers that the story tells of. */
interface Facts {
  Key?: string;
  UploadId?: string;
  ETag?: string;
  VersionId?: string;
  Body?: unknown;
  Item?: Record<string, { S?: string }>;
  ReceiptHandle?: string;
}

interface SendOptions {
  abortSignal?: AbortSignal;
}

export interface ClientOptions {
  /** Told of a request that is not modelled; it fails too, but the relay might take that for something that passes. */
  onUnknown: (problem: string) => void;
  /** A sabotage: an abort is answered as ever, yet the request goes on. */
  outlivesAbort: boolean;
  /** Writes that take effect when nobody waits for them any more; none, unless given. */
  late?: LateWrites;
  /** How many tries each request is said to have taken; as many as it took, unless given. */
  attempts?: number | undefined;
}

/**
 * Clients of one invocation. Each request waits for a turn to take effect and for another one to be answered: in between
 * and before, all others may act, and the invocation may die. The real SDK's own path costs too much for thousands of
 * schedules; what it does between `send` and the wire is covered by the tests against the two accounts in `local/`.
 */
export function clientsOf(services: Services, life: Pick<Life, 'turn' | 'tell'>, options: ClientOptions): Clients {
  const send = async (command: { input: Facts }, { abortSignal }: SendOptions = {}): Promise<object> => {
    const operation = command.constructor.name.replace(/Command$/, '');
    if (!Object.hasOwn(services, operation)) options.onUnknown(`${operation} is not modelled`);
    const serve = services[operation as keyof Services] as (input: object) => Facts;
    throwIfAborted(abortSignal);
    const input = { ...command.input, letters: await lettersOfBody(command.input.Body) };
    // Once it is sent, it takes effect without its sender.
    const { late } = options;
    const subject = `${operation} ${subjectOf(input)}`;
    const isRepeated = late?.isBeingCompleted(input.UploadId) === true;
    const fate = (!isRepeated && late?.befall(operation, subject, () => serve(input), input.UploadId)) || 'answered';
    await life.turn(`sends ${operation}`);
    if (!options.outlivesAbort) throwIfAborted(abortSignal);
    if (fate === 'late' || fate === 'lost') {
      life.tell(`${operation} ${subjectOf(input)} is not answered`);
      await life.turn(`gives up ${operation}`);
      throw unanswered();
    }
    const { story, answer } = effectOf(() => {
      if (isRepeated && late.isBeingCompleted(input.UploadId)) throw s3Error(404, 'NoSuchUpload');
      return serve(input);
    });
    life.tell(`${operation} ${subjectOf(input)} ${story}`.trimEnd());
    await life.turn(`is answered ${operation}`);
    throwIfAborted(abortSignal);
    return { $metadata: { attempts: options.attempts ?? (fate === 'repeated' ? 2 : 1) }, ...answer() };
  };
  const acting = <Client extends object>(client: Client): Client => Object.assign(Object.create(client), { send });
  const s3 = acting(real.s3);
  return {
    reader: () => ({ s3, owner: '111111111111', readsVersions: true }),
    writer: () => s3,
    forgetSessions: () => undefined,
    sqs: acting(real.sqs),
    dynamodb: acting(real.dynamodb),
    eventBridge: acting(real.eventBridge),
    lambda: acting(real.lambda),
  };
}

/** As the SDK throws it when the connection breaks, after it has repeated the request in vain. */
function unanswered(): Error {
  return Object.assign(new Error('socket hang up'), { name: 'TimeoutError', $metadata: { attempts: 3 } });
}

/** As the SDK does it: a request without a signal can't be stopped. */
function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
}

/** What a request does to the world, now; its answer or its error is for later. */
function effectOf(serve: () => Facts): { story: string; answer: () => Facts } {
  try {
    const facts = serve();
    return { story: `${facts.ETag ?? ''} ${facts.VersionId ?? ''}`, answer: () => facts };
  } catch (error) {
    const refused = () => {
      throw error;
    };
    return { story: `refused: ${(error as Error).name}`, answer: refused };
  }
}

function subjectOf({ Key, Item, ReceiptHandle }: Facts): string {
  if (Item) return `${Item['sourceKey']?.S} ${Item['sourceETag']?.S ?? Item['status']?.S}`;
  return Key ?? ReceiptHandle ?? '';
}

async function lettersOfBody(body: unknown): Promise<string | undefined> {
  if (body === undefined) return undefined;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  return (await buffer(body as NodeJS.ReadableStream)).toString();
}
