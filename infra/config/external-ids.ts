/** Refuses the external id of the example where real accounts would use it. */
import { EXTERNAL_ID_EXAMPLES } from './fields.ts';
import { type Mistakes, refusal } from './mistakes.ts';
import type { RelayContext } from './relay-context.ts';

/** As the committed cdk.json has them. */
export const PLACEHOLDER_ACCOUNTS = ['111111111111', '222222222222'];

/** An external id that everybody can read in this repository keeps nobody from using the role in another's name. */
export function* refusePlaceholders({ source, routes }: RelayContext): Mistakes {
  for (const [index, { destination, externalId, pull }] of routes.entries()) {
    const field = `relay.routes.${index}`;
    const used = [
      { field: `${field}.externalId`, id: externalId, account: destination.account },
      ...(pull ? [{ field: `${field}.pull.externalId`, id: pull.externalId, account: pull.account }] : []),
    ];
    for (const { field, id, account } of used) {
      const real = [source.account, account].find((each) => !PLACEHOLDER_ACCOUNTS.includes(each));
      if (!EXTERNAL_ID_EXAMPLES.includes(id) || real === undefined) continue;
      yield refusal(
        field,
        id,
        `it is an example, which everybody can read, and ${real} is a real account; agree on a value of your own`,
      );
    }
  }
}
