import type { CheckClients } from '../aws/check-clients.ts';
import type { CheckConfig } from '../config.ts';

/** What the check works with; made once per execution environment. */
export interface Check {
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
