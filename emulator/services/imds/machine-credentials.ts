/** The session of the role that a machine has by its instance profile. */
import { ApiError, type Clock } from '../../core/api.ts';
import type { AssumeAsService, Credentials } from '../../core/credentials.ts';

/** An instance profile, as a machine sees it. */
export interface HeldProfile {
  readonly arn: string;
  readonly instanceProfileId: string;
  readonly roles: readonly { readonly arn: string; readonly name: string }[];
}

/** Six hours, whatever the role's longest session is. */
const SESSION_SECONDS = 21_600;
/** New ones are there at least so long before the old ones end: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html */
const RENEW_BEFORE_MS = 5 * 60_000;

interface Issued {
  roleArn: string;
  at: Date;
  credentials: Credentials;
}

interface Options {
  profile: () => HeldProfile | undefined;
  assume: AssumeAsService;
  clock: Clock;
  sessionName: string;
}

export class MachineCredentials {
  readonly #options: Options;
  #issued: Issued | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  get profile(): HeldProfile | undefined {
    return this.#options.profile();
  }

  get role(): { arn: string; name: string } | undefined {
    return this.profile?.roles[0];
  }

  /** As the metadata service writes it, also where the role doesn't let EC2 in. Undefined without a role. */
  document(): object | undefined {
    const { role } = this;
    if (!role) return undefined;
    try {
      const { at, credentials } = this.#current(role.arn);
      return {
        Code: 'Success',
        LastUpdated: timestamp(at),
        Type: 'AWS-HMAC',
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        Token: credentials.sessionToken,
        Expiration: timestamp(credentials.expiration),
      };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return {
        Code: 'AssumeRoleUnauthorizedAccess',
        Message: `EC2 cannot assume the role ${role.name}. Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc.`,
        LastUpdated: timestamp(new Date(this.#options.clock())),
      };
    }
  }

  #current(roleArn: string): Issued {
    const { assume, clock, sessionName } = this.#options;
    const endsAt = this.#issued?.roleArn === roleArn ? this.#issued.credentials.expiration.getTime() : 0;
    if (this.#issued && endsAt - clock() > RENEW_BEFORE_MS) return this.#issued;
    const service = 'ec2.amazonaws.com';
    const credentials = assume({ roleArn, service, sessionName, durationSeconds: SESSION_SECONDS });
    this.#issued = { roleArn, at: new Date(clock()), credentials };
    return this.#issued;
  }
}

export function timestamp(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
