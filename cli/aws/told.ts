/** Errors of AWS and of the network in one sentence each, which says what to do; whatever else is thrown is a defect here. Pure. */
import { Failure, UserError } from '../terminal/user-error.ts';

/** What was asked for, and how. */
export interface Asked {
  /** Of the relay. */
  name: string;
  region?: string | undefined;
  profile?: string | undefined;
}

interface Facts extends Asked {
  error: Error;
  /** The error's name, or the system's code. */
  code: string;
  message: string;
  /** The profile, or what stands in its place. */
  whose: string;
}

interface Row {
  codes: RegExp;
  /** Besides, of the message. */
  words?: RegExp;
  told: (facts: Facts) => Error;
}

const LOCAL_CODES = /^(E[A-Z]+|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+|ERR_TLS_\w+|ERR_INVALID_URL)$/;

const ROWS: Row[] = [
  {
    codes: /^CredentialsProviderError$/,
    words: /from any providers/,
    told: () => new UserError('There are no credentials for AWS: name a profile with --profile, or sign in.'),
  },
  {
    codes:
      /^(CredentialsProviderError|TokenProviderError|ExpiredToken(Exception)?|TokenRefreshRequired|RequestExpired)$/,
    words: /expired|refresh|sign in|log ?in/i,
    told: ({ whose, profile }) => {
      const such = profile === undefined ? '' : `, such as by "aws sso login --profile ${profile}"`;
      return new UserError(`The credentials of ${whose} have expired: sign in again${such}.`);
    },
  },
  {
    codes: /^(CredentialsProviderError|TokenProviderError)$/,
    told: ({ whose, message }) => new UserError(`There are no credentials from ${whose}: ${sentence(message)}.`),
  },
  {
    codes:
      /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|InvalidToken|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature(Exception)?)$/,
    told: ({ whose, message, code }) =>
      new UserError(
        `AWS doesn't know the keys of ${whose} (${code}: ${sentence(message)}): name another profile, or make new keys.`,
      ),
  },
  {
    codes: /^(RequestTimeTooSkewed|SignatureExpired)$/,
    told: () => new UserError("This machine's clock and AWS's differ by too much: set it right."),
  },
  {
    codes: /AccessDenied|NotAuthorized|Unauthorized|AuthorizationError/,
    told: ({ message }) =>
      new UserError(`AWS doesn't allow it: ${sentence(message)}. docs/cli.md lists what each command needs.`),
  },
  {
    codes: /^(ResourceNotFoundException|QueueDoesNotExist|.*NonExistentQueue|NoSuchEntity(Exception)?)$/,
    told: ({ name, region, whose, message }) =>
      new UserError(
        `There is no relay "${name}" in region ${region} of the account of ${whose} (${sentence(message)}): say another --relay, --region or --profile, or deploy the source stack there.`,
      ),
  },
  {
    codes: /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/,
    told: ({ code }) => new Failure(`AWS asks to slow down (${code}): try again in a minute.`),
  },
  {
    codes: /SELF_SIGNED|^CERT_|^UNABLE_TO_|^ERR_TLS_/,
    told: ({ code }) =>
      new UserError(
        `The server's certificate isn't trusted (${code}): name its authority's file as AWS_CA_BUNDLE, or as ca_bundle in the profile.`,
      ),
  },
  {
    codes: /^ERR_INVALID_URL$/,
    told: ({ error }) => {
      const { input = '' } = error as { input?: string };
      return new UserError(`The endpoint is "${input}": it must be a URL, in AWS_ENDPOINT_URL or in the profile.`);
    },
  },
  {
    codes: /^ENOTFOUND$|^EAI_AGAIN$/,
    told: ({ error, region }) => {
      const { hostname = 'AWS' } = error as { hostname?: string };
      return new Failure(`${hostname} can't be found: is ${region} a region, and is there a network?`);
    },
  },
  {
    codes: /^E(CONN|HOSTUNREACH|NETUNREACH|TIMEDOUT|PIPE|ADDRNOTAVAIL)|^TimeoutError$/,
    told: ({ error, code }) => {
      const { address, port } = error as { address?: string; port?: number };
      const where = address === undefined ? 'AWS' : `${address}:${port}`;
      return new Failure(`${where} doesn't answer (${code}): is there a network, and is the endpoint right?`);
    },
  },
];

/** @returns what to throw instead */
export function told(error: unknown, asked: Asked): unknown {
  if (!(error instanceof Error) || error instanceof UserError || error instanceof Failure) return error;
  const code = codeOf(error);
  const whose = asked.profile === undefined ? 'this terminal' : `profile ${asked.profile}`;
  const facts = { ...asked, error: innermost(error), code, message: error.message, whose };
  const row = ROWS.find(({ codes, words }) => codes.test(code) && (words === undefined || words.test(error.message)));
  if (row) return row.told(facts);
  if (/^Region not accepted/.test(error.message)) {
    return new UserError(`--region is "${asked.region}": it is no region's name.`);
  }
  return '$metadata' in error ? new Failure(`AWS refuses it: ${error.name}: ${error.message}`) : error;
}

/** What fetch and AggregateError fail with has the system's error within it. */
function innermost(error: Error): Error {
  const [first] = (error as Partial<AggregateError>).errors ?? [];
  const { cause } = error;
  if (first instanceof Error) return first;
  return cause instanceof Error && LOCAL_CODES.test((cause as NodeJS.ErrnoException).code ?? '') ? cause : error;
}

function codeOf(error: Error): string {
  const { code = '' } = innermost(error) as NodeJS.ErrnoException;
  return LOCAL_CODES.test(code) ? code : error.name;
}

function sentence(message: string): string {
  return message.trim().replace(/\.$/, '');
}
