/** Has a run of parts sent by workers, several at once. */
import { type DurableContext, InvokeError, NestingType, withRetry } from '@aws/durable-execution-sdk-js';
import { ATTEMPTS, failureFrom } from '../core/durable-step.ts';
import { RelayError } from '../core/errors.ts';
import type { PartsRequest, SectionRequest } from '../request/large-request.ts';
import { type Group, runsOf } from '../transfer/plan-large.ts';
import type { LargeRun } from './large-run.ts';
import { pauseBefore } from './persistent-step.ts';
import type { PartsAnswer, SentParts } from './send-parts.ts';

/** The parts of a run in their order. It is short, since a checkpoint may hold 10,000 parts. */
export type SentSection = Pick<SentParts, 'eTags' | 'crc32s' | 'lengths' | 'digests'>;

/**
 * The map is FLAT, so that a group costs one durable operation: its worker's invocation.
 * @throws RelayError the first failure that no other worker could retry
 */
export async function sendGroups(run: LargeRun, { partsPerGroup, ...section }: SectionRequest): Promise<SentSection> {
  const sent = await run.context.map(
    'groups',
    runsOf(section, partsPerGroup),
    (context, group) => sendGroup(run, context, { ...section, ...group }),
    { maxConcurrency: run.invocation.config.largeWorkers, nesting: NestingType.FLAT, itemNamer: nameOf },
  );
  const [failed] = sent.failed();
  if (failed) throw failureOf(failed.error, run);
  return joined(sent.getResults());
}

/** The parts of several runs, one after the other. */
export function joined(sections: readonly SentSection[]): SentSection {
  return {
    eTags: sections.flatMap(({ eTags }) => eTags),
    crc32s: sections.flatMap(({ crc32s }) => crc32s),
    lengths: sections.flatMap(({ lengths }) => lengths),
    digests: sections.flatMap(({ digests }) => digests),
  };
}

/** Invokes one worker after the other, each from where the last one stopped. The run of a worker that dies is repeated. */
async function sendGroup(run: LargeRun, context: DurableContext, group: PartsRequest): Promise<SentSection> {
  // Relay-large was started, so there is a relay-part.
  const partFunction = run.invocation.config.partFunction!;
  const sent: SentSection = { eTags: [], crc32s: [], lengths: [], digests: [] };
  for (let first: number | undefined = group.first; first !== undefined; ) {
    const request: PartsRequest = { ...group, first };
    const answer = await withRetry(
      context,
      nameOf(request),
      (each) => each.invoke<PartsRequest, PartsAnswer>(nameOf(request), partFunction, request),
      {
        wrapWithRunInChildContext: false,
        retryStrategy: (_, attempt) => ({ shouldRetry: attempt < ATTEMPTS, delay: pauseBefore(run, attempt) }),
      },
    );
    if ('failure' in answer) throw carried(answer.failure);
    sent.eTags.push(...answer.eTags);
    sent.crc32s.push(...answer.crc32s);
    sent.lengths.push(...answer.lengths);
    sent.digests.push(...answer.digests);
    first = answer.next;
  }
  return sent;
}

/** A failure in a form that survives the map. */
function carried(failure: Record<string, unknown>): InvokeError {
  return new InvokeError(String(failure['message']), undefined, JSON.stringify(failure));
}

export function nameOf({ first, last }: Group): string {
  return `parts ${first}-${last}`;
}

/** The failure within an error of the map; if a worker has reported one, it is there as text. */
export function failureOf(error: Error, { request }: LargeRun): RelayError {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const { errorData } = each as { errorData?: string };
    if (errorData !== undefined) return failureFrom(JSON.parse(errorData) as Record<string, unknown>);
  }
  return new RelayError({
    code: 'TransferFailed',
    message: `A worker failed ${ATTEMPTS} times (${error.message}); its log has the reason.`,
    retryable: true,
    operation: 'UploadPart',
    source: `${request.source}`,
    cause: error,
  });
}
