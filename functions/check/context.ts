import type { CheckClients } from '../aws/check-clients.ts';
import type { CheckConfig } from '../core/config.ts';

/** What a check works with. */
export interface Check {
  /** Of this check and no other: it is part of every key that it writes. */
  id: string;
  config: CheckConfig;
  clients: CheckClients;
}

/** Whom the credentials make of this function. */
export interface Identity {
  /** The session: `arn:aws:sts::…:assumed-role/<role>/<session>` */
  arn: string;
  roleArn: string;
  /** The role's unique id, `AROA…`: a re-created role has another one. */
  roleId: string;
}
