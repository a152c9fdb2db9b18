/** Refuses an audit that would never be made, or would be relayed itself. */
import { namesOf } from '../../functions/core/route.ts';
import { type Mistakes, refusal } from './mistakes.ts';
import type { RelayContext } from './relay-context.ts';

const UTC = 'UTC';

export function* refuseIdleAudit({ source, routes, relay }: RelayContext): Mistakes {
  const { bucket, schedule, timeZone, route, defuseFormulas } = relay.audit;
  const field = (name: string) => `relay.relay.audit.${name}`;
  if (!relay.replay && (bucket ?? schedule) !== undefined) {
    const name = bucket === undefined ? 'schedule' : 'bucket';
    const reason = 'nothing would write a report, since "relay.relay.replay" is false; remove one of the two';
    yield refusal(field(name), relay.audit[name], reason);
  }
  if (bucket !== undefined && [source.bucket, ...routes.map(({ pull }) => pull?.bucket)].includes(bucket)) {
    yield refusal(field('bucket'), bucket, 'a route reads it, and might relay the reports; choose another bucket');
  }
  if (route !== undefined && !routes.some(({ name }) => name === route)) {
    yield refusal(field('route'), route, `there is no such route; the routes are ${namesOf(routes)}`);
  }
  if (schedule === undefined) {
    const idle = Object.entries({
      route,
      ...(defuseFormulas && { defuseFormulas }),
      ...(timeZone !== UTC && { timeZone }),
    });
    const [name, value] = idle.find(([, each]) => each !== undefined) ?? [];
    const reason = 'it is of the scheduled audit alone, and there is no "schedule"; remove it, or say when';
    if (name !== undefined) yield refusal(field(name), value, reason);
  }
  if (schedule !== undefined && route === undefined && routes.every(({ pull }) => pull)) {
    yield refusal(
      field('route'),
      route,
      `every route has "pull", so the audit must name one of them: ${namesOf(routes)}`,
    );
  }
}
