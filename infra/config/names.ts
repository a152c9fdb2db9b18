/** Refuses names of routes and replays that the template could not tell apart. */
import { refusal, repetition } from './refusal.ts';
import type { RelayContext } from './relay-context.ts';

/** Ids that the scope of schedules uses for something else, and ids that have a meaning for the CDK. */
const TAKEN_IDS = ['Group', 'Role', 'Default', 'Resource'];

/**
 * Routes and replays become ids of the template, which have letters and digits only:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
 * @throws ConfigError
 */
export function refuseNames({ routes, relay }: RelayContext): void {
  refuseSecondName(routes, 'relay.routes', 'route');
  refuseSecondName(relay.replays, 'relay.relay.replays', 'replay');
  relay.replays.forEach(({ name }, index) => {
    // The CDK keeps children in a plain object, which has these properties from the start.
    if (!TAKEN_IDS.includes(idOf(name)) && !(name in Object.prototype)) return;
    const reason = 'the template needs this name for something else; choose another one';
    throw refusal(`relay.relay.replays.${index}.name`, name, reason);
  });
}

function refuseSecondName(list: readonly { name: string }[], field: string, kind: string): void {
  const seen = new Map<string, number>();
  list.forEach(({ name }, index) => {
    const first = seen.get(idOf(name));
    if (first === undefined) {
      seen.set(idOf(name), index);
      return;
    }
    const advice = `each ${kind} needs a name of its own`;
    const same = list[first]!.name === name;
    throw repetition(
      `${field}.${index}.name`,
      name,
      `"${field}.${first}"${same ? '' : ` ("${list[first]!.name}")`}`,
      same ? advice : `${advice}, in which hyphens don't count, since the template's ids have none`,
    );
  });
}

function idOf(name: string): string {
  return name.replaceAll('-', '');
}
