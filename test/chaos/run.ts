import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '@aws-sdk/client-sqs';
import { type FaultRecord, Faults, Random, type StackInput } from '../../emulator/index.ts';
import { type Audit, audit } from './auditor.ts';
import { deadLetters, describeDeadLetter, isOfDelete, redrive, setAsideOf } from './dead-letters.ts';
import { type FaultPlanOptions, FLIPPED, isAbout, OVERTAKEN, planFaults } from './fault-plan.ts';
import { doAll, isUpload, planSteps, StepQueue } from './uploads.ts';
import { type ChaosWorld, startWorld } from './world.ts';

export interface ChaosOptions {
  seed: number;
  /** How many keys; some are written several times. */
  objects: number;
  /** As synthesized. They are changed. */
  stacks: StackInput[];
  /** Of the function; what is killed comes back after it. */
  timeoutSeconds: number;
  /** Multiplies the probability of every fault; 1 unless given, 0 is none. */
  intensity?: number;
  /** For tests of the audit: writes that land later than the relay is told that they may. */
  landsWithinMs?: FaultPlanOptions['landsWithinMs'];
  onProgress?: (progress: ChaosProgress) => void;
  /** For tests of the audit: does to the settled world what a relay must never do. */
  sabotage?: (world: ChaosWorld) => Promise<void>;
}

export interface ChaosProgress {
  /** Uploads and deletes. */
  done: number;
  steps: number;
  messagesLeft: number;
  faults: number;
}

export interface ChaosResult extends Audit {
  seed: number;
  objects: number;
  /** How many executions of relay-large there were. */
  largeExecutions: number;
  /** Each that a delete doesn't account for, said in a line. */
  deadLetters: string[];
  /** How many dead letters were sent back: of exhausted tries, and of codes that a flipped bit had changed. */
  redriven: number;
  /** How many dead letters deletes account for. */
  setAsideAfterDelete: number;
  faults: FaultRecord[];
  /** Defects of the local AWS itself. */
  unexpectedErrors: unknown[];
}

/** Faults go on after the last upload until no more than this share of the messages is left. */
const FAULTLESS_SHARE = 0.1;
/** So many messages are a second's work. */
const BACKLOG = 12;
const LOOK_EVERY_MS = 50;
const PROGRESS_EVERY_MS = 5000;
/** An asynchronous invocation that failed is made again after one minute and after two more. */
const MAX_SETTLING_MS = 300_000;
/** With most faults at once, a run may be kept from ever coming to its end. */
const MAX_FAULTY_TAIL_MS = 60_000;

/**
 * Uploads while everything goes wrong that a seed has drawn, lets the relay come to rest, and audits the destination.
 * @throws Error when the queue doesn't settle, or an upload can't be done at all
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, objects, stacks, timeoutSeconds, intensity = 1, landsWithinMs } = options;
  const steps = planSteps(new Random(seed, 'uploads'), objects);
  const queue = new StepQueue(steps);
  const faults = new Faults({ seed, onInjected: (record) => overtake(record) });
  const world = await startWorld({ stacks, faults, versioned: seed % 2 === 0, timeoutSeconds });
  const { source, destination } = world;
  const overtake = ({ rule, subject: { key = '' } }: FaultRecord) => {
    if (OVERTAKEN.includes(rule)) queue.hurry(key.slice(destination.prefix.length));
  };
  let done = 0;
  const report = () => {
    const messagesLeft = world.messagesLeft();
    options.onProgress?.({ done, steps: steps.length, messagesLeft, faults: faults.injected });
  };
  const reporting = setInterval(report, PROGRESS_EVERY_MS);
  try {
    const random = new Random(seed, 'faults');
    const destinationAccount = destination.account;
    for (const rule of planFaults({ random, destinationAccount, intensity, landsWithinMs })) faults.add(rule);
    await doAll({
      ...source,
      steps: queue,
      hasBacklog: () => world.messagesWaiting() > BACKLOG,
      onDone: () => {
        done += 1;
      },
    });
    await until(() => world.messagesLeft() <= objects * FAULTLESS_SHARE, MAX_FAULTY_TAIL_MS);
    faults.clear();
    await settle(world);
    const met = (key: string) => faults.log.filter(({ subject }) => isAbout(subject, key));
    const redriven = await redrive(world, {
      isMisled: (key) => met(key).some(({ rule }) => FLIPPED.includes(rule)),
      faults: (key) => met(key).length,
    });
    if (redriven > 0) await settle(world);
    await options.sabotage?.(world);
    const letters = await deadLetters(world);
    const setAside = letters.flatMap((letter) => setAsideOf(letter) ?? []);
    const left = letters.filter((letter) => !isAccountedFor(letter));
    return {
      seed,
      objects,
      largeExecutions: world.cloud.lambda.durableExecutions.list().length,
      ...(await audit(world, steps.filter(isUpload), setAside)),
      deadLetters: left.map(describeDeadLetter),
      redriven,
      setAsideAfterDelete: letters.length - left.length,
      faults: faults.log,
      unexpectedErrors: world.cloud.unexpectedErrors,
    };
  } finally {
    clearInterval(reporting);
    await world.close();
  }
}

function isAccountedFor(letter: Message): boolean {
  const setAside = setAsideOf(letter);
  return setAside !== undefined && isOfDelete(setAside);
}

async function settle({ cloud, messagesLeft }: ChaosWorld): Promise<void> {
  const timeout = new AbortController();
  const tooLate = sleep(MAX_SETTLING_MS, 'too late', { signal: timeout.signal }).catch(() => undefined);
  const outcome = await Promise.race([cloud.settled(), tooLate]);
  timeout.abort();
  if (outcome === 'too late') {
    throw new Error(`${messagesLeft()} messages were left ${MAX_SETTLING_MS / 1000} s after the last fault`);
  }
}

async function until(isDone: () => boolean, patienceMs: number): Promise<void> {
  for (let waitedMs = 0; !isDone() && waitedMs < patienceMs; waitedMs += LOOK_EVERY_MS) await sleep(LOOK_EVERY_MS);
}
