/** The clients of a profile, or of the keys in the environment, with the CLI's precedence: a profile that is named goes first. */
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { fromIni } from '@aws-sdk/credential-provider-ini';

export async function clientsOf(profile: string | undefined) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE, AWS_DEFAULT_REGION } = process.env;
  const region = AWS_DEFAULT_REGION ?? 'us-east-1';
  const hasKeys = profile === undefined && AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY;
  const credentials = hasKeys
    ? {
        accessKeyId: AWS_ACCESS_KEY_ID,
        secretAccessKey: AWS_SECRET_ACCESS_KEY,
        ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
      }
    : fromIni({ profile: profile ?? AWS_PROFILE ?? 'default', clientConfig: { region } });
  const settings = { region, credentials, maxAttempts: 1 };
  const clients = {
    iam: new IAMClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    sts: new STSClient(settings),
  };
  // The last step: what is refused before it is the role that the profile assumes.
  for (const client of Object.values(clients) as { middlewareStack: Stack }[]) {
    client.middlewareStack.add(noteOperation, { step: 'deserialize' });
  }
  return clients;
}

interface Stack {
  add(middleware: typeof noteOperation, options: { step: 'deserialize' }): void;
}

let operation = 'AssumeRole';

function noteOperation(next: (args: unknown) => unknown, { commandName = '' }: { commandName?: string }) {
  return (args: unknown) => {
    operation = commandName.replace(/Command$/, '');
    return next(args);
  };
}

/** The last one that was sent. */
export function sentOperation(): string {
  return operation;
}
