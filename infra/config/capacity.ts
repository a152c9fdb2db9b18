import { neededSeconds } from '../../functions/delivery/deadline.ts';
import type { RelayContext } from '../config.ts';
import { refusal } from './refusal.ts';

/**
 * An object that one invocation takes on must fit into its time, or it is begun again and again: see functions/delivery/deadline.ts.
 * @throws ConfigError naming both fields, since either may have been left to its default
 */
export function refuseTooLittleTime({ relay }: RelayContext): void {
  const { largeObjectBytes, timeoutSeconds } = relay;
  const needed = neededSeconds(largeObjectBytes);
  if (needed <= timeoutSeconds) return;
  throw refusal(
    'relay.relay.largeObjectBytes',
    largeObjectBytes,
    `an invocation may need ${needed} s for so many bytes, and "relay.relay.timeoutSeconds" is ${timeoutSeconds}; lower the first or raise the second`,
  );
}
