/** Connects requests for sessions with the memory of roles. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { RelayConfig } from '../core/config.ts';
import { asRelayError, type RelayError } from '../core/errors.ts';
import type { RoleHistory } from './role-history.ts';
import { refusalOf } from './role-refusal.ts';
import type { RouteRole } from './route-role.ts';

export interface RoleWatch {
  assumed(role: RouteRole): Promise<void>;
  refused(role: RouteRole, error: Error): Promise<RelayError>;
}

export interface RoleWatchOptions {
  history: RoleHistory;
  config: Pick<RelayConfig, 'awaitRoleHours' | 'retryDelaySeconds'>;
  logger: Pick<Logger, 'warn'>;
  now: () => Date;
}

export function roleWatch({ history, config, logger, now }: RoleWatchOptions): RoleWatch {
  return {
    async assumed(role) {
      try {
        await history.noteAssumed(role);
      } catch (error) {
        // The next session notes it. At worst the relay waits for a role whose refusal is permanent.
        const failure = asRelayError(error).toJSON();
        logger.warn('it is not noted that the role was assumed', { roleArn: role.roleArn, failure });
      }
    },
    async refused(role, error) {
      const facts = await history.noteRefused(role);
      return refusalOf(role, error, facts, { ...config, now: now() });
    },
  };
}
