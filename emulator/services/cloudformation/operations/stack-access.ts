/** How operations find a stack, and what they ask for first. */
import { arnOf } from '../../../core/partition.ts';
import { DeploymentError } from '../../../templates/errors.ts';
import type { Stack } from '../../../templates/stack.ts';
import { invalid } from '../../../templates/template-text.ts';
import type { Call, CloudFormationParts } from './call.ts';

/** What a role is assumed for; the local engine itself asks for no rights. */
const ROLE_SESSION_SECONDS = 3600;
const SERVICE = 'cloudformation.amazonaws.com';

export class StackAccess {
  readonly #parts: CloudFormationParts;

  constructor(parts: CloudFormationParts) {
    this.#parts = parts;
  }

  /** Those of the call's account and region, newest first, deleted ones too. */
  all({ account, region }: Call): Stack[] {
    const { stacks } = this.#parts.cloudFormation;
    return stacks.all().filter(({ id }) => id.account === account && id.region === region);
  }

  /** @throws ApiError `AccessDenied` (403) for what isn't about one stack */
  authorizeAll(call: Call, action: string): void {
    call.authorize(`cloudformation:${action}`, arnOf('cloudformation', call, 'stack/*/*'));
  }

  /** @throws ApiError `ValidationError` (400) when it isn't there */
  require(call: Call, action: string, name: string, problem = `Stack with id ${name} does not exist`): Stack {
    const stack = this.find(call, action, name);
    if (stack) return stack;
    throw invalid(problem);
  }

  /** By name as long as it is there, by its id also afterwards. Authorisation comes before the look-up. */
  find(call: Call, action: string, nameOrArn: string): Stack | undefined {
    const { stacks } = this.#parts.cloudFormation;
    const { account, region, authorize } = call;
    const isArn = nameOrArn.startsWith('arn:');
    const found = isArn ? stacks.findByArn(nameOrArn) : stacks.find({ name: nameOrArn, account, region });
    const resource = isArn ? nameOrArn : (found?.arn ?? arnOf('cloudformation', call, `stack/${nameOrArn}/*`));
    authorize(`cloudformation:${action}`, resource);
    const isOwn = found?.id.account === account && found.id.region === region;
    return isOwn ? found : undefined;
  }

  /** CloudFormation acts as the role, which the caller must be allowed to pass. What the engine does isn't asked of the role. */
  requireRole(call: Call, roleArn: string | undefined): void {
    if (roleArn === undefined) return;
    call.authorize('iam:PassRole', roleArn, { 'iam:PassedToService': SERVICE });
    try {
      const session = { sessionName: 'AWSCloudFormation', durationSeconds: ROLE_SESSION_SECONDS };
      this.#parts.sts.assumeRoleAsService({ roleArn, service: SERVICE, ...session });
    } catch {
      throw invalid(`Role ${roleArn} is invalid or cannot be assumed`);
    }
  }

  /** Nobody waits for it: whoever wants to know asks for the stack's status and events. */
  begin(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!(error instanceof DeploymentError)) this.#parts.onUnexpectedError(error);
    });
  }
}
