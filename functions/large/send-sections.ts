/** Shares out the parts of an upload among sections, and a section among workers. */
import { withRetry } from '@aws/durable-execution-sdk-js';
import { ATTEMPTS, failureFrom } from '../core/durable-step.ts';
import { asRelayError } from '../core/errors.ts';
import type { PartsRequest, SectionRequest } from '../request/large-request.ts';
import { splitIntoParts } from '../transfer/plan.ts';
import { type LargePlan, planLarge, sectionsOf, UPLOAD_SECONDS } from '../transfer/plan-large.ts';
import type { Proof } from '../transfer/proof.ts';
import type { SentPart } from '../transfer/send-part.ts';
import type { LargeRun } from './large-run.ts';
import { pauseBefore } from './persistent-step.ts';
import { failureOf, joined, nameOf, type SentSection, sendGroups } from './send-groups.ts';
import { tooSlow } from './time-limit.ts';

/** What all sections of an upload share. */
export type Upload = Omit<PartsRequest, 'first' | 'last' | 'partSizeBytes' | 'until'>;

/** The answer of an execution for a section. */
type SectionAnswer = SentSection | { failure: Record<string, unknown> };

/** How the object is shared out. @throws RelayError `OutOfTime` if the full pace would not be enough */
export function planFor({ invocation, request }: LargeRun, sizeBytes: number, proof: Proof): LargePlan {
  const { largeWorkers } = invocation.config;
  const sourceParts = proof.kind === 'compared' ? proof.parts : undefined;
  const plan = planLarge(sizeBytes, largeWorkers, { sourceParts });
  if (plan.wallSeconds < UPLOAD_SECONDS) return plan;
  throw tooSlow(`${request.source}`, `has ${sizeBytes} bytes, more than ${largeWorkers} workers move`);
}

/**
 * Has all parts sent. An execution may have a limited number of operations, also when the network is slow. An object that is within
 * them is sent by this execution's own workers; a larger one is sent section by section, each by an execution of its own.
 * @throws RelayError the first failure that no other worker could retry
 */
export async function sendSections(run: LargeRun, upload: Upload, plan: LargePlan, until: string): Promise<SentPart[]> {
  const { partSizeBytes, partsPerGroup } = plan;
  const sections = sectionsOf(plan).map(
    (section): SectionRequest => ({
      ...upload,
      ...section,
      partSizeBytes,
      partsPerGroup,
      until,
    }),
  );
  const sent: SentSection[] = [];
  for (const section of sections) {
    sent.push(sections.length === 1 ? await sendGroups(run, section) : await sendElsewhere(run, section));
  }
  return partsOf(joined(sent), upload, plan);
}

/** What an execution for a section does. It answers with a failure instead of throwing, since only an error's message would survive. */
export async function sendSection(run: LargeRun, section: SectionRequest): Promise<SectionAnswer> {
  try {
    return await sendGroups(run, section);
  } catch (error) {
    return { failure: asRelayError(error, { source: `${run.request.source}` }).toJSON() };
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking.html */
async function sendElsewhere(run: LargeRun, section: SectionRequest): Promise<SentSection> {
  const { context, invocation } = run;
  const name = `section of ${nameOf(section)}`;
  const answer = await withRetry(
    context,
    name,
    // This execution was started by that name.
    (each) => each.invoke<SectionRequest, SectionAnswer>(name, invocation.config.largeFunction!, section),
    {
      wrapWithRunInChildContext: false,
      retryStrategy: (_, attempt) => ({ shouldRetry: attempt < ATTEMPTS, delay: pauseBefore(run, attempt) }),
    },
  ).catch((error: Error) => {
    throw failureOf(error, run);
  });
  if ('failure' in answer) throw failureFrom(answer.failure);
  return answer;
}

function partsOf(sent: SentSection, { pin, computeCrc32, digest }: Upload, { partSizeBytes }: LargePlan): SentPart[] {
  const lengths =
    digest === undefined
      ? splitIntoParts(pin.sizeBytes, partSizeBytes).map(({ lengthBytes }) => lengthBytes)
      : sent.lengths;
  return lengths.map((lengthBytes, index) => ({
    number: index + 1,
    eTag: `"${sent.eTags[index]!}"`,
    crc32: computeCrc32 ? { crc: sent.crc32s[index]!, lengthBytes } : undefined,
    digest: sent.digests[index],
  }));
}
