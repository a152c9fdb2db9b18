/** One measured figure with its limit, and how it is told. */
import { type Mistake, mistake, shown } from '../config/mistakes.ts';
import type { RelayContext } from '../config/relay-context.ts';

/** One thing that AWS limits, as a configuration makes it. */
export interface Measurement {
  /** The field of cdk.json that makes it grow, and what stands there. */
  cause: Cause;
  /** For people: `the trust policy of role "a"`. */
  what: string;
  figure: number;
  unit: 'characters' | 'bytes' | 'resources' | 'outputs' | 'managed policies' | 'metrics' | 'alarms' | 'rules';
  limit: number;
  /** Who has the limit. */
  service: string;
}

export interface Cause {
  field: string;
  /** For people: `is "in/"`, `has 12 entries`. */
  value: string;
}

/** What goes beyond a limit, in one sentence. */
export function mistakeOf({ cause, what, figure, unit, limit, service }: Measurement): Mistake {
  const [has, takes] = [figure, limit].map((number) => number.toLocaleString('en'));
  return mistake(cause.field, `${cause.value}: with it ${what} has ${has} ${unit}, and ${service} takes ${takes}`);
}

export function routesCause({ routes }: RelayContext): Cause {
  return { field: 'relay.routes', value: `has ${routes.length === 1 ? '1 entry' : `${routes.length} entries`}` };
}

export function replaysCause({ relay }: RelayContext): Cause {
  return { field: 'relay.relay.replays', value: `has ${relay.replays.length} entries` };
}

/** Of alarms, which grow with the routes where that is asked for. */
export function alarmsCause(config: RelayContext): Cause {
  return config.relay.routeAlarms ? { field: 'relay.relay.routeAlarms', value: 'is true' } : routesCause(config);
}

export function textCause(field: string, text: string): Cause {
  return { field, value: `is ${shown(text)}` };
}

/** Of a route's roles the prefix that their policies name; of the relay's own roles all routes together. */
export function roleCause(config: RelayContext, roleName: unknown): Cause {
  for (const [index, { writerRoleName, destination, pull, filter }] of config.routes.entries()) {
    const field = `relay.routes.${index}`;
    if (roleName === writerRoleName) return textCause(`${field}.destination.prefix`, destination.prefix);
    if (pull && roleName === pull.readerRoleName) return textCause(`${field}.filter.prefix`, filter.prefix);
  }
  return routesCause(config);
}
