/** What a check works with. */
import type { CheckClients } from '../aws/check-clients.ts';
import type { CheckConfig } from '../core/config.ts';

export interface Check {
  /** Unique to this check: part of every key that it writes. */
  id: string;
  config: CheckConfig;
  clients: CheckClients;
}

/** The role that this function acts in. */
export interface Identity {
  /** The ARN of the session: `arn:aws:sts::…:assumed-role/<role>/<session>` */
  arn: string;
  roleArn: string;
  /** The role's unique id, `AROA…`: a re-created role has another one. */
  roleId: string;
}
