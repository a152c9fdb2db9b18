/** Has a run of parts sent by workers, several at once. */
import { type DurableContext, InvokeError, NestingType, withRetry } from '@aws/durable-execution-sdk-js';
import { ATTEMPTS, failureFrom } from '../core/durable-step.ts';
import { RelayError } from '../core/errors.ts';
import type { PartsRequest, SectionRequest } from '../request/large-request.ts';
import { type Group, runsOf } from '../transfer/plan-large.ts';
import type { LargeRun } from './large-run.ts';
import { pauseBefore } from './persistent-step.ts';
import type { PartsAnswer, SentParts } from './send-parts.ts';

/** As short as may be: 10,000 parts stand in the checkpoint. They follow on one another. */
export type SentSection = Pick<SentParts, 'eTags' | 'crc32s' | 'lengths' | 'digests'>;

/**
 * Has a run of parts sent by workers, several at once. FLAT, so that a group costs one durable operation: its worker's invocation.
 * @throws RelayError the first that no worker could help
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

/** Those of one after the other. */
export function joined(sections: readonly SentSection[]): SentSection {
  return {
    eTags: sections.flatMap(({ eTags }) => eTags),
    crc32s: sections.flatMap(({ crc32s }) => crc32s),
    lengths: sections.flatMap(({ lengths }) => lengths),
    digests: sections.flatMap(({ digests }) => digests),
  };
}

/** One worker after the other, each from where the last one stopped; a worker that dies has its run repeated. */
async function sendGroup(run: LargeRun, context: DurableContext, group: PartsRequest): Promise<SentSection> {
  // It has been started, so there are workers.
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

/** A failure, in a form that a map carries along. */
function carried(failure: Record<string, unknown>): InvokeError {
  return new InvokeError(String(failure['message']), undefined, JSON.stringify(failure));
}

export function nameOf({ first, last }: Group): string {
  return `parts ${first}-${last}`;
}

/** The map wraps an error; the failure in it, if a worker gave one, is carried along as text. */
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
