import type { Fault, Match, Random, Rule, Subject } from '../../emulator/index.ts';
import { PROVED_KEYS } from './source-kinds.ts';
import { OVERWRITTEN_KEYS } from './uploads.ts';

export interface FaultPlanOptions {
  random: Random;
  /** Whose sessions write the destination. */
  destinationAccount: string;
  /** Multiplies every probability. */
  intensity: number;
  /** The longest that a write takes to land. */
  landsWithinMs?: LandsWithin | undefined;
}

interface LandsWithin {
  PutObject: number;
  CompleteMultipartUpload: number;
}

/** Shorter than the relay is told (world.ts), by as much as a busy machine may be late. */
const LANDS_WITHIN_MS: LandsWithin = { PutObject: 1200, CompleteMultipartUpload: 2000 };

interface Kind {
  name: string;
  fault: Fault;
  match: Match;
  /** How many in a hundred, from the rarest to the most frequent run. */
  percent: readonly [number, number];
}

/** While such a write is held up, the next version is uploaded and, with luck, relayed by another sandbox. */
const OVERTAKEN_WRITE = 's3 overtaken write';
const OVERTAKEN_WRITE_MS = 2000;
const LANDS_AFTER_NEXT = 's3 late landing after the next version';
/** Rules that have the next upload or delete of the key hurry. */
export const OVERTAKEN: readonly string[] = [OVERTAKEN_WRITE, LANDS_AFTER_NEXT];

const FLIPPED_DOWNLOAD = 's3 flipped download';
const FLIPPED_ANSWER = 's3 flipped answer';
/** Rules by which the code of an error may become another one. */
export const FLIPPED: readonly string[] = [FLIPPED_DOWNLOAD, FLIPPED_ANSWER];

const S3: Match = { service: 's3' };
const WRITES = /^(PutObject|UploadPart|CompleteMultipartUpload)$/;
const BODIES = /^(PutObject|UploadPart)$/;
const OFTEN = [0.5, 2] as const;
/** What costs a whole batch a visibility timeout: at the rate of the others, hardly a batch would get through. */
const SELDOM = [0.05, 0.3] as const;

/** All that can go wrong, each with a probability of its own. */
export function planFaults(options: FaultPlanOptions): Rule[] {
  const { random, destinationAccount, intensity, landsWithinMs = LANDS_WITHIN_MS } = options;
  return kindsOf(destinationAccount, landsWithinMs).map(({ name, fault, match, percent: [least, most] }) => {
    const percent = least + (most - least) * random.next();
    return { name, match, fault, when: { probability: Math.min(1, (percent / 100) * intensity) } };
  });
}

function kindsOf(destinationAccount: string, landsWithinMs: LandsWithin): Kind[] {
  const writer: Match = { service: 's3', account: destinationAccount };
  return [
    { name: 's3 internal error', match: S3, percent: OFTEN, fault: internalError() },
    { name: 's3 slow down', match: S3, percent: OFTEN, fault: { kind: 'error', status: 503, code: 'SlowDown' } },
    { name: 's3 lost answer', match: { ...S3, operation: WRITES }, percent: OFTEN, fault: internalError(true) },
    {
      name: 's3 reset request',
      match: S3,
      percent: OFTEN,
      fault: { kind: 'reset', side: 'request', atByte: 'anywhere' },
    },
    {
      name: 's3 reset answer',
      match: S3,
      percent: OFTEN,
      fault: { kind: 'reset', side: 'response', atByte: 'anywhere' },
    },
    { name: 's3 truncated answer', match: S3, percent: OFTEN, fault: { kind: 'truncate', atByte: 'anywhere' } },
    {
      name: 's3 flipped upload',
      match: { ...S3, operation: BODIES },
      percent: OFTEN,
      fault: { kind: 'bit-flip', side: 'request', atByte: 'anywhere' },
    },
    {
      name: FLIPPED_DOWNLOAD,
      match: { ...S3, operation: 'GetObject', key: PROVED_KEYS },
      percent: OFTEN,
      fault: { kind: 'bit-flip', side: 'response', atByte: 'anywhere' },
    },
    {
      // XML of any kind: an upload's id, what it was completed as, errors.
      name: FLIPPED_ANSWER,
      match: { ...S3, operation: /^(?!GetObject$)/ },
      percent: [3, 8],
      fault: { kind: 'bit-flip', side: 'response', atByte: 'anywhere' },
    },
    ...lateLandings(writer, landsWithinMs),
    { name: 's3 delay', match: S3, percent: OFTEN, fault: { kind: 'delay', ms: 100 } },
    {
      name: 's3 late write',
      match: { ...writer, operation: WRITES },
      percent: OFTEN,
      fault: { kind: 'delay', ms: 1000 },
    },
    {
      name: OVERTAKEN_WRITE,
      match: { ...writer, operation: WRITES, key: OVERWRITTEN_KEYS },
      percent: [10, 20],
      fault: { kind: 'delay', ms: OVERTAKEN_WRITE_MS },
    },
    {
      name: 's3 hesitation',
      match: S3,
      percent: OFTEN,
      fault: { kind: 'stall', side: 'response', atByte: 'anywhere', forMs: 300 },
    },
    { name: 's3 stall', match: writer, percent: SELDOM, fault: { kind: 'stall', side: 'request', atByte: 'anywhere' } },
    { name: 'sts error', match: { service: 'sts' }, percent: OFTEN, fault: internalError() },
    { name: 'expired session', match: writer, percent: SELDOM, fault: { kind: 'expire-credentials' } },
    { name: 'kill', match: S3, percent: SELDOM, fault: { kind: 'kill-caller' } },
    {
      name: 'kill after a write',
      match: { ...writer, operation: WRITES },
      percent: SELDOM,
      fault: { kind: 'kill-caller', after: true },
    },
    { name: 'ledger error', match: { service: 'dynamodb' }, percent: OFTEN, fault: internalError() },
    { name: 'ledger lost answer', match: { service: 'dynamodb' }, percent: OFTEN, fault: internalError(true) },
    {
      name: 'kill after a record',
      match: { service: 'dynamodb' },
      percent: SELDOM,
      fault: { kind: 'kill-caller', after: true },
    },
    { name: 'lambda error', match: { service: 'lambda' }, percent: OFTEN, fault: internalError() },
    { name: 'lambda lost answer', match: { service: 'lambda' }, percent: OFTEN, fault: internalError(true) },
    {
      name: 'kill after a checkpoint',
      match: { service: 'lambda' },
      percent: OFTEN,
      fault: { kind: 'kill-caller', after: true },
    },
    { name: 'event bus error', match: { service: 'events' }, percent: OFTEN, fault: internalError() },
    { name: 'queue error', match: { service: 'sqs' }, percent: OFTEN, fault: internalError() },
    { name: 'event twice', match: {}, percent: OFTEN, fault: { kind: 'duplicate', times: 1 } },
    { name: 'event again later', match: {}, percent: OFTEN, fault: { kind: 'duplicate', times: 1, afterMs: 1500 } },
    { name: 'event late', match: {}, percent: OFTEN, fault: { kind: 'delay-event', ms: 1000 } },
    { name: 'event overtaken', match: {}, percent: OFTEN, fault: { kind: 'reorder', window: 5 } },
    { name: 'message redelivered', match: {}, percent: OFTEN, fault: { kind: 'redeliver' } },
  ];
}

/** Also of uploads into the source: what lands there late is the newest, whoever uploaded what in between. */
function lateLandings(writer: Match, { PutObject: putMs, CompleteMultipartUpload: completeMs }: LandsWithin): Kind[] {
  const put: Match = { ...S3, operation: 'PutObject' };
  const ofUpload: Match = { ...S3, operation: /^(UploadPart|CompleteMultipartUpload)$/ };
  const late = (ms: number, answer: LateAnswer): Fault => ({ kind: 'late-landing', ms, answer });
  return [
    { name: 's3 late landing, put', match: put, percent: OFTEN, fault: late(putMs, 'error') },
    { name: 's3 late landing, put reset', match: put, percent: OFTEN, fault: late(putMs / 2, 'reset') },
    {
      name: 's3 late landing, put given up',
      match: { ...put, ...writer },
      percent: SELDOM,
      fault: late(putMs, 'silence'),
    },
    { name: 's3 late landing, put killed', match: { ...put, ...writer }, percent: SELDOM, fault: late(putMs, 'kill') },
    { name: 's3 late landing, upload', match: ofUpload, percent: OFTEN, fault: late(completeMs, 'error') },
    { name: 's3 late landing, upload reset', match: ofUpload, percent: OFTEN, fault: late(completeMs / 2, 'reset') },
    {
      name: 's3 late landing, upload killed',
      match: { ...ofUpload, ...writer },
      percent: SELDOM,
      fault: late(completeMs, 'kill'),
    },
    {
      name: LANDS_AFTER_NEXT,
      match: { ...writer, operation: 'PutObject', key: OVERWRITTEN_KEYS },
      percent: [10, 20],
      fault: late(putMs, 'reset'),
    },
  ];
}

type LateAnswer = Extract<Fault, { kind: 'late-landing' }>['answer'];

function internalError(after = false): Fault {
  return { kind: 'error', status: 500, code: 'InternalError', after };
}

/** Whether a fault struck a key: at the destination a key may have a prefix. */
export function isAbout(subject: Subject, key: string): boolean {
  return subject.key?.endsWith(key) === true;
}
