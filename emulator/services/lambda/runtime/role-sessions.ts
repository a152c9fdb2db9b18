/** Sessions of functions' roles: Lambda assumes a role itself, for the code that runs and for the pollers that feed it. */
import { ApiError, type Caller, type Clock } from '../../../core/api.ts';
import type { AssumeAsService, Credentials, KeyFinder } from '../../../core/credentials.ts';

const SESSION_SECONDS = 3600;
/** A session with less left is not handed to anybody new. */
const RENEW_BEFORE_MS = 60_000;

export class RoleSessions {
  readonly #directory: KeyFinder;
  readonly #sts: { assumeRoleAsService: AssumeAsService };
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Credentials>();

  constructor(options: {
    directory: KeyFinder;
    sts: { assumeRoleAsService: AssumeAsService };
    clock: Clock;
  }) {
    this.#directory = options.directory;
    this.#sts = options.sts;
    this.#clock = options.clock;
  }

  /**
   * New credentials of the role, valid for one hour.
   * @throws ApiError `AccessDeniedException` when the role is gone or doesn't trust lambda.amazonaws.com
   */
  assume(roleArn: string, sessionName: string): Credentials {
    try {
      return this.#sts.assumeRoleAsService({
        roleArn,
        service: 'lambda.amazonaws.com',
        sessionName,
        durationSeconds: SESSION_SECONDS,
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const problem = 'The role defined for the function cannot be assumed by Lambda.';
      throw new ApiError('AccessDeniedException', 403, problem);
    }
  }

  /** The caller that stands for a session of the role, for requests made inside the local AWS. */
  caller(roleArn: string, sessionName: string): Caller {
    const key = `${roleArn} ${sessionName}`;
    let credentials = this.#sessions.get(key);
    const known = credentials && this.#directory.findAccessKey(credentials.accessKeyId) !== undefined;
    if (!credentials || !known || credentials.expiration.getTime() - this.#clock() < RENEW_BEFORE_MS) {
      credentials = this.assume(roleArn, sessionName);
      this.#sessions.set(key, credentials);
    }
    return this.callerOf(credentials);
  }

  callerOf(credentials: Credentials): Caller {
    const key = this.#directory.findAccessKey(credentials.accessKeyId);
    const now = this.#clock();
    return {
      principal: key?.principal ?? { kind: 'anonymous' },
      context: {
        'aws:SecureTransport': 'true',
        'aws:CurrentTime': new Date(now).toISOString(),
        'aws:EpochTime': String(Math.floor(now / 1000)),
      },
    };
  }
}
