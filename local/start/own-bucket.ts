/** Finds the bucket to upload into. */

import { UserError } from '../../cli/terminal/user-error.ts';
import { type OwnSource, ownSource, type RelayContext } from '../../infra/config/relay-context.ts';

/**
 * The bucket to drop files into, and the routes that take them.
 * @throws UserError when every route pulls from somebody else's bucket
 */
export function ownBucket(config: RelayContext): OwnSource {
  const own = ownSource(config);
  if (own) return own;
  throw new UserError('Every route in cdk.json has "pull", so there is no bucket to drop files into.');
}
