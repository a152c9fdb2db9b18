/** Measures session policies against STS's limit. */
import { listingPolicy, readingPolicy, sessionPolicy } from '../../functions/aws/session-policy.ts';
import type { Pulling } from '../../functions/core/route.ts';
import { runtimeRoute } from '../config/function-settings.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { type Measurement, textCause } from './measurement.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, in the JSON that is sent: escapes count. */
const SESSION_CHARACTERS = 2048;

/** The session policies that the functions make of each route. */
export function measureSessions({ routes }: RelayContext): Measurement[] {
  return routes.flatMap((context, index) => {
    const route = runtimeRoute(context);
    const measured = (kind: string, policy: string, field: string, prefix: string): Measurement => ({
      cause: textCause(`relay.routes.${index}.${field}`, prefix),
      what: `the session policy for ${kind} along route "${route.name}"`,
      figure: policy.length,
      unit: 'characters',
      limit: SESSION_CHARACTERS,
      service: 'STS',
    });
    const writing = measured('writing', sessionPolicy(route), 'destination.prefix', route.destination.prefix);
    if (!route.pull) return [writing];
    const pulling = route as Pulling;
    const { prefix } = route.filter;
    return [
      writing,
      measured('reading', readingPolicy(pulling), 'filter.prefix', prefix),
      measured('listing', listingPolicy(pulling), 'filter.prefix', prefix),
    ];
  });
}

/**
 * STS also packs a session policy into a binary form, and publishes neither its size nor its limit: only an AssumeRole call shows whether a
 * policy fits. A policy of half the allowed plain text fits easily. Above that, somebody should try it.
 */
export function packedSizeNotes(measurements: readonly Measurement[]): string[] {
  return measurements
    .filter(({ figure, limit }) => figure > limit / 2)
    .map(
      ({ what, figure, cause }) =>
        `${what} has ${figure.toLocaleString('en')} characters (${cause.field}). STS limits its packed size too and doesn't say how: invoke the check once it is deployed, and shorten the prefix if it finds PackedPolicyTooLarge.`,
    );
}
