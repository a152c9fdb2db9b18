/** Tells the two requests of relay-large apart: an object, or a section of its parts. */
import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { Invocation } from '../invocation/invocation.ts';
import { isSectionEvent, parseLargeRequest, parseSectionRequest } from '../request/large-request.ts';
import { largeRun } from './large-run.ts';
import { relayLargeObject } from './relay-large-object.ts';
import { sendSection } from './send-sections.ts';

export function relayLarge(invocation: Invocation, context: DurableContext, event: unknown): Promise<unknown> {
  if (!isSectionEvent(event)) return relayLargeObject(largeRun(invocation, context, parseLargeRequest(event)));
  const section = parseSectionRequest(event);
  return sendSection(largeRun(invocation, context, section), section);
}
