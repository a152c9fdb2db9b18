/** Warnings: what is probably a slip, unless `relay.acknowledge` names it. */

import { didYouMean } from './did-you-mean.ts';
import { type Mistake, refusal } from './mistakes.ts';
import type { RelayContext } from './relay-context.ts';

/** How somebody says that it is no slip: the end of a warning's sentence. */
export function toAcknowledge(warning: string): string {
  return `add ${JSON.stringify(warning)} to "acknowledge" in "relay.relay"`;
}

/** Without the warnings that are acknowledged; an acknowledgement that meets no warning is a mistake, since it would hide the next slip. */
export function unacknowledged(mistakes: readonly Mistake[], { relay: { acknowledge } }: RelayContext): Mistake[] {
  const warnings = new Set(mistakes.flatMap(({ warning }) => warning ?? []));
  const idle = acknowledge.flatMap((name, index) => {
    const field = `relay.relay.acknowledge.${index}`;
    if (acknowledge.indexOf(name) < index)
      return [refusal(field, name, 'it stands there already; remove one of the two')];
    if (warnings.has(name)) return [];
    return [refusal(field, name, `there is no such warning${didYouMean(name, [...warnings]) || '; remove it'}`)];
  });
  return [...mistakes.filter(({ warning }) => warning === undefined || !acknowledge.includes(warning)), ...idle];
}
