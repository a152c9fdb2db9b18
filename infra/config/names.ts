/** Refuses names of routes and replays that the template could not tell apart. */
import { type Mistakes, refusal, repetition } from './mistakes.ts';
import type { RelayContext } from './relay-context.ts';

/** Ids that the scope of schedules uses for something else, and ids that have a meaning for the CDK. */
const TAKEN_IDS = ['Group', 'Role', 'Default', 'Resource'];

/**
 * Routes and replays become ids of the template, which have letters and digits only:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
 */
export function* refuseNames({ routes, relay }: RelayContext): Mistakes {
  yield* refuseSecondName(routes, 'relay.routes', 'route');
  yield* refuseSecondName(relay.replays, 'relay.relay.replays', 'replay');
  for (const [index, { name }] of relay.replays.entries()) {
    // The CDK keeps children in a plain object, which has these properties from the start.
    if (!TAKEN_IDS.includes(name.replaceAll('-', '')) && !(name in Object.prototype)) continue;
    const reason = 'the template needs this name for something else; choose another one';
    yield refusal(`relay.relay.replays.${index}.name`, name, reason);
  }
}

function* refuseSecondName(list: readonly { name: string }[], field: string, kind: string): Mistakes {
  const seen = new Map<string, number>();
  for (const [index, { name }] of list.entries()) {
    const first = seen.get(idOf(name));
    if (first === undefined) {
      seen.set(idOf(name), index);
      continue;
    }
    const advice = `each ${kind} needs a name of its own`;
    const same = list[first]!.name === name;
    yield repetition(
      `${field}.${index}.name`,
      name,
      `"${field}.${first}"${same ? '' : ` ("${list[first]!.name}")`}`,
      same ? advice : `${advice}, in which neither hyphens nor capitals count`,
    );
  }
}

/** The template's ids have no hyphens. Names that differ in capitals alone are taken for one another by people. */
function idOf(name: string): string {
  return name.replaceAll('-', '').toLowerCase();
}
