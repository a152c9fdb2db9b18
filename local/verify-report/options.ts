import { UserError } from '../../cli/terminal/user-error.ts';
import { parseOptionsOf, wholeNumber } from '../cli.ts';

export interface Options {
  /** A path, or `s3://bucket/key`. */
  manifest: string;
  profile: string | undefined;
  region: string | undefined;
  /** The manifest of an S3 Inventory: a path, or `s3://bucket/key`. */
  inventory: string | undefined;
  isJson: boolean;
  concurrency: number;
}

const MOST_AT_ONCE = 256;
const DEFAULT_AT_ONCE = 32;
const COMMAND = 'npm run verify-report';

export const HELP = `Compares an audit report with the bucket that the objects were delivered to.

  npm run verify-report -- MANIFEST [options]

  MANIFEST              the manifest.json of a report: a path, or s3://BUCKET/KEY; its parts lie beside it
  --profile NAME        the AWS profile of the account that owns the destination, e.g. b
  --region REGION       of the destination, unless the profile has it
  --inventory MANIFEST  compares with S3 Inventory (CSV) instead of a HeadObject for each line: a path, or s3://BUCKET/KEY
  --concurrency N       HeadObject requests at once, up to ${MOST_AT_ONCE} (${DEFAULT_AT_ONCE})
  --json                prints one JSON document instead of a line for each difference

The SHA-256 of the summary and of each part is compared first. Then each line of this account is compared: size, ETag,
version and checksum by HeadObject, which needs s3:GetObject, s3:ListBucket and, for objects under a customer managed
key, kms:Decrypt; or size, ETag and version by the inventory.

  missing                  the report says that it was delivered, and nothing lies there
  different                something else lies there; each field is named with both values
  present but unrecorded   the report knows of no delivery, and an object lies there

Ends with 0 if there is no difference, with 1 if there is one or a file is damaged, and with 2 if it can't be told.
`;

/** @throws UserError */
export function parseOptions(args: string[]): Options {
  const { values, positionals } = parseOptionsOf(COMMAND, {
    args,
    allowPositionals: true,
    options: {
      profile: { type: 'string' },
      region: { type: 'string' },
      inventory: { type: 'string' },
      concurrency: { type: 'string', default: String(DEFAULT_AT_ONCE) },
      json: { type: 'boolean', default: false },
    },
  });
  const [manifest, ...others] = positionals;
  if (manifest === undefined || others.length > 0) {
    throw new UserError(`Say one manifest, e.g. ${COMMAND} -- manifest.json --profile b. Try: ${COMMAND} -- --help`);
  }
  const { profile, region, inventory, json: isJson } = values;
  const concurrency = wholeNumber('--concurrency', values.concurrency, { least: 1, most: MOST_AT_ONCE });
  return { manifest, profile, region, inventory, isJson, concurrency };
}
