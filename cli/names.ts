/** The name of the relay that is meant. */
import { DEFAULT_NAME, relayName } from '../infra/config/relay-schema.ts';
import { printable } from './terminal/printable.ts';
import { UserError } from './terminal/user-error.ts';

/** @throws UserError in the words of the synthesis */
export function relayNameOf(given: string | undefined): string {
  const { data, error } = relayName.safeParse(given ?? DEFAULT_NAME);
  if (data !== undefined) return data;
  throw new UserError(`--relay is "${printable(given!)}": it ${error.issues[0]!.message}.`);
}
