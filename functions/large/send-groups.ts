import { type DurableContext, InvokeError, NestingType, withRetry } from '@aws/durable-execution-sdk-js';
import { ATTEMPTS, failureFrom } from '../delivery/durable-step.ts';
import { RelayError } from '../errors.ts';
import type { PartsRequest } from '../request/large-request.ts';
import { splitIntoParts } from '../transfer/plan.ts';
import { type Group, groupsOf, planLarge } from '../transfer/plan-large.ts';
import type { Proof } from '../transfer/proof.ts';
import type { SentPart } from '../transfer/send-part.ts';
import type { LargeRun } from './large-run.ts';
import { pauseBefore } from './persistent-step.ts';
import type { PartsAnswer, SentParts } from './send-parts.ts';

/** What all groups of an upload have in common. */
export type Upload = Omit<PartsRequest, 'first' | 'last' | 'partSizeBytes'>;

/** As short as may be: 10,000 of them stand in the checkpoint. Parts follow on one another. */
type SentGroup = Pick<SentParts, 'eTags' | 'crc32s' | 'lengths' | 'digests'>;

/**
 * Has all parts sent by workers, several at once. FLAT, so that a group costs one durable operation: its worker's invocation.
 * @throws RelayError the first that no worker could help
 */
export async function sendGroups(run: LargeRun, upload: Upload, proof: Proof): Promise<SentPart[]> {
  const { largeWorkers } = run.invocation.config;
  const { sizeBytes } = upload.pin;
  const sourceParts = proof.kind === 'compared' ? proof.parts : undefined;
  const plan = planLarge(sizeBytes, largeWorkers, { sourceParts });
  const sent = await run.context.map(
    'groups',
    groupsOf(plan),
    (context, group) => sendGroup(run, context, { ...upload, ...group, partSizeBytes: plan.partSizeBytes }),
    { maxConcurrency: largeWorkers, nesting: NestingType.FLAT, itemNamer: nameOf },
  );
  const [failed] = sent.failed();
  if (failed) throw failureOf(failed.error, run);
  const groups = sent.getResults();
  const eTags = groups.flatMap((group) => group.eTags);
  const crc32s = groups.flatMap((group) => group.crc32s);
  const lengths = sourceParts
    ? groups.flatMap((group) => group.lengths)
    : splitIntoParts(sizeBytes, plan.partSizeBytes).map(({ lengthBytes }) => lengthBytes);
  const digests = groups.flatMap((group) => group.digests);
  return lengths.map((lengthBytes, index) => ({
    number: index + 1,
    eTag: `"${eTags[index]!}"`,
    crc32: upload.computeCrc32 ? { crc: crc32s[index]!, lengthBytes } : undefined,
    digest: digests[index],
  }));
}

/** One worker after the other, each from where the last one stopped; a worker that dies has its run repeated. */
async function sendGroup(run: LargeRun, context: DurableContext, group: PartsRequest): Promise<SentGroup> {
  // It has been started, so there are workers.
  const partFunction = run.invocation.config.partFunction!;
  const sent: SentGroup = { eTags: [], crc32s: [], lengths: [], digests: [] };
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
    if ('failure' in answer) {
      throw new InvokeError(String(answer.failure['message']), undefined, JSON.stringify(answer.failure));
    }
    sent.eTags.push(...answer.eTags);
    sent.crc32s.push(...answer.crc32s);
    sent.lengths.push(...answer.lengths);
    sent.digests.push(...answer.digests);
    first = answer.next;
  }
  return sent;
}

function nameOf({ first, last }: Group): string {
  return `parts ${first}-${last}`;
}

/** The map wraps an error; the failure in it, if a worker gave one, is carried along as text. */
function failureOf(error: Error, { request }: LargeRun): RelayError {
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
