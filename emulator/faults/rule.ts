/** What can go wrong, with which requests, events and messages, and how often. */
import { objectOperationNames } from '../services/s3/operations/table.ts';

/** A position in a body; `anywhere` is drawn anew each time, within the length that the body has. */
export type BytePosition = number | 'anywhere';

export type RequestFault =
  /** Answered in the service's own protocol. `after`: the work is done all the same, and only its answer is lost. */
  | { kind: 'error'; status: number; code: string; message?: string; retryAfterSeconds?: number; after?: boolean }
  /** Answered by this and nothing else, well-formed or not. `done`: after the work has been done. */
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body?: string; done?: boolean }
  /** The connection is reset once so many bytes of the body have passed; at 0 before anything else happens. */
  | { kind: 'reset'; side: 'request' | 'response'; atByte: BytePosition }
  /** The answer ends properly, but before the Content-Length it has promised. */
  | { kind: 'truncate'; atByte: BytePosition }
  /** Nothing more comes through; for ever unless `forMs` says how long. */
  | { kind: 'stall'; side: 'request' | 'response'; atByte: BytePosition; forMs?: number }
  | { kind: 'bit-flip'; side: 'request' | 'response'; atByte: BytePosition }
  /** The work is done later, and not at all when the client has left by then. */
  | { kind: 'delay'; ms: number }
  /**
   * All bytes have arrived, the client gets no answer but this, and the work takes effect so much later, whether or not the client has left:
   * a PutObject, UploadPart or CompleteMultipartUpload. `silence` lasts until the client gives up; `kill` ends the execution
   * environment that sent it, and strikes nobody else.
   */
  | { kind: 'late-landing'; ms: number; answer: 'error' | 'reset' | 'silence' | 'kill' }
  /** The session that signed the request has expired, now and for good. */
  | { kind: 'expire-credentials' }
  /** The execution environment that sent the request is killed: before the work is done, or after it and before the answer. */
  | { kind: 'kill-caller'; after?: boolean };

/** Between an object's creation and its notifications. */
export type EventFault =
  /** So many copies more, at once or `afterMs` later. */
  | { kind: 'duplicate'; times: number; afterMs?: number }
  | { kind: 'delay-event'; ms: number }
  /** The event is overtaken by the next `window` events. */
  | { kind: 'reorder'; window: number };

/** When a message is handed out: it is visible again at once, although somebody works on it. */
export type MessageFault = { kind: 'redeliver' };

export interface FaultsByStage {
  request: RequestFault;
  event: EventFault;
  message: MessageFault;
}
export type Stage = keyof FaultsByStage;
export type Fault = FaultsByStage[Stage];

/** What a request, an event or a message is about. A rule's match must agree with it in everything that the match names. */
export interface Subject {
  service?: string;
  /** e.g. `GetObject` */
  operation?: string;
  /** The caller's. */
  account?: string;
  /** The caller's ARN, or a service's name. */
  caller?: string;
  /** The account that S3 is told must own the bucket. */
  expectedOwner?: string;
  bucket?: string;
  /** As the user wrote it: not encoded. */
  key?: string;
  method?: string;
  /** The queue's name. */
  queue?: string;
}

export interface Match {
  service?: 's3' | 'sqs' | 'sts' | 'iam' | 'dynamodb' | 'events' | 'lambda';
  operation?: string | RegExp;
  account?: string;
  bucket?: string;
  key?: string | RegExp;
  method?: string;
  queue?: string;
}

/** Every condition that is given must hold; none at all is always. Counts begin at 1 with the first match. */
export interface When {
  nth?: number | number[];
  every?: number;
  /** 0–1 */
  probability?: number;
  /** At most so often in all. */
  times?: number;
}

export interface Rule {
  /** Names the rule in the log, and its stream of random numbers. */
  name: string;
  match: Match;
  when: When;
  fault: Fault;
}

const STAGES: Record<Fault['kind'], Stage> = {
  error: 'request',
  answer: 'request',
  reset: 'request',
  truncate: 'request',
  stall: 'request',
  'bit-flip': 'request',
  delay: 'request',
  'late-landing': 'request',
  'expire-credentials': 'request',
  'kill-caller': 'request',
  duplicate: 'event',
  'delay-event': 'event',
  reorder: 'event',
  redeliver: 'message',
};

/** What takes effect at one moment, which may be late. */
const LANDING: readonly string[] = ['PutObject', 'UploadPart', 'CompleteMultipartUpload'];

const MATCHABLE: Record<Stage, readonly (keyof Match)[]> = {
  request: ['service', 'operation', 'account', 'bucket', 'key', 'method'],
  event: ['bucket', 'key'],
  message: ['queue', 'bucket', 'key'],
};

export function stageOf({ kind }: Fault): Stage {
  return STAGES[kind];
}

/** @throws TypeError for a rule that could never do what it says */
export function checkRule({ name, match, when, fault }: Rule): void {
  const refuse = (reason: string) => new TypeError(`Fault rule ${JSON.stringify(name)}: ${reason}`);
  const stage = stageOf(fault);
  for (const field of Object.keys(match) as (keyof Match)[]) {
    if (!MATCHABLE[stage].includes(field)) throw refuse(`${fault.kind} can't be matched by ${field}`);
  }
  const { nth = [], every = 1, times = 1, probability = 1 } = when;
  for (const count of [nth, every, times].flat()) {
    if (!Number.isInteger(count) || count < 1) throw refuse(`${count} must be a whole number from 1`);
  }
  if (!(probability >= 0 && probability <= 1)) throw refuse(`the probability ${probability} must be from 0 to 1`);
  if ('atByte' in fault && fault.atByte !== 'anywhere' && !(Number.isInteger(fault.atByte) && fault.atByte >= 0)) {
    throw refuse(`atByte ${fault.atByte} must be a whole number from 0, or "anywhere"`);
  }
  if (fault.kind === 'error' && !(fault.status >= 400 && fault.status <= 599)) {
    throw refuse(`${fault.status} is no status of an error`);
  }
  if (fault.kind === 'late-landing') {
    if (match.service !== 's3') throw refuse('late-landing must be matched by service "s3"');
    const other = objectOperationNames().find((name) => !LANDING.includes(name) && agrees(match.operation, name));
    if (other !== undefined) throw refuse(`${other} can't land late; only ${LANDING.join(', ')} can`);
  }
}

export function matches(match: Match, subject: Subject): boolean {
  return (Object.keys(match) as (keyof Match)[]).every((field) => agrees(match[field], subject[field]));
}

function agrees(wanted: string | RegExp | undefined, actual: string | undefined): boolean {
  if (wanted === undefined) return true;
  if (actual === undefined) return false;
  // Unlike test(), search() doesn't care where a global expression stopped last time.
  return typeof wanted === 'string' ? actual === wanted : actual.search(wanted) >= 0;
}
