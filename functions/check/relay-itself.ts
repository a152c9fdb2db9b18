/** Checks the relay itself: its credentials, its clock and the protection of its ledger. */
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe } from '../failures/facts.ts';
import { attempt } from './attempt.ts';
import type { Check, Identity } from './context.ts';
import { advised, atSource, type Finding, failed, ok } from './line.ts';

/** S3 takes signatures that are up to 15 minutes off, other services up to 5. A clock that is a minute off gets worse. */
const TOLERATED_MS = 60_000;

/** Needs no permission. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export async function whoAmI({
  config,
  clients,
}: Check): Promise<{ finding: Finding; identity: Identity | undefined }> {
  const asked = await attempt(clients.sts.send(new GetCallerIdentityCommand({})));
  if (asked.kind === 'failed') {
    const change =
      'The function has no credentials that AWS takes. If its role was removed or made again, deploy the function again, so that Lambda asks for a session of the new one; the role must trust lambda.amazonaws.com.';
    return { finding: failed(describe(asked.error), atSource(config.sourceAccount, change)), identity: undefined };
  }
  const { Arn = '', UserId = '' } = asked.answer;
  const identity = { arn: Arn, roleArn: roleArnOf(Arn, config.rolePath), roleId: UserId.split(':')[0]! };
  const recreated = isRecreated(config.deployedRoleId, identity)
    ? `, re-created since it was deployed as ${config.deployedRoleId}`
    : '';
  return { finding: ok(`${identity.roleArn} (${identity.roleId}${recreated})`), identity };
}

export function isRecreated(deployedRoleId: string, { roleId }: Identity): boolean {
  return roleId !== deployedRoleId;
}

/** Compares this clock with the Date header of STS, so `whoAmI` must come first. */
export function clocksAgree({ config, clients }: Check): Finding {
  const aheadMs = clients.clockAheadMs();
  if (aheadMs === undefined)
    return failed('AWS has not told the time', atSource(config.sourceAccount, NOTHING_TO_PASTE));
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (Math.abs(aheadMs) <= TOLERATED_MS) return ok(`within ${Math.max(1, seconds)} s`);
  const found = `this clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} AWS's`;
  return failed(found, atSource(config.sourceAccount, NOTHING_TO_PASTE));
}

const NOTHING_TO_PASTE =
  'AWS refuses signatures that are more than 5 minutes (S3: 15) away from its own time. The SDK corrects itself, at the price of a refused first request, until it no longer can. Lambda keeps its clocks; deploy the function again to get other machines, and open a support case if that does not help. Outside Lambda: synchronize the clock with NTP. There is no policy to change.';

/** The setting of the deployment tells, since the relay may not describe the table. */
export function ledgerIsProtected({ config }: Pick<Check, 'config'>): Finding {
  if (config.protectLedger) return ok("it can't be deleted by mistake");
  const change =
    'Once the first deployment has gone well, set relay.protectLedger to true in cdk.json and deploy the source stack: the table of the receipts then cannot be deleted by mistake.';
  return advised('relay.protectLedger is off', atSource(config.sourceAccount, change));
}

/** `arn:aws:sts::1:assumed-role/name/session` → `arn:aws:iam::1:role/name`; a session doesn't tell the path of its role. */
function roleArnOf(sessionArn: string, path = '/'): string {
  const [, partition, , , account, resource = ''] = sessionArn.split(':');
  return `arn:${partition}:iam::${account}:role${path}${resource.split('/')[1]}`;
}
