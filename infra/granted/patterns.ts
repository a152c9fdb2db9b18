/**
 * Patterns that keep a parameter of a template to what cdk.json takes. Java reads them in CloudFormation, JavaScript elsewhere, and both
 * demand that they match the whole text.
 */
import { RESERVED_ENDS, RESERVED_STARTS } from '../config/bucket-name.ts';
import { ROLE_PATH } from '../config/fields.ts';

export const ACCOUNT_PATTERN = '\\d{12}';
export const ROLE_NAME_PATTERN = '[\\w+=,.@-]{1,64}';
export const ROLE_PATH_PATTERN = ROLE_PATH;
export const EXTERNAL_ID_PATTERN = '[\\w+=,.@:/-]{2,1224}';
export const KEY_ID_PATTERN = 'mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
export const BOUNDARY_PATTERN = 'arn:[^:]+:iam::(\\d{12}|aws):policy/[!-~]+';

/**
 * Latin-1 without control characters, `*`, `?` and `$`, which policies would read as wildcards and variables. What is most likely a slip
 * is refused as well: a slash or a space at the beginning, an empty folder, `.` and `..`, a space at the end (infra/config/key-text.ts).
 */
export const PREFIX_PATTERN = '(?![/ \\u00a0]|.*//|(.*/)?\\.{1,2}/|.*[ \\u00a0]$)[ -#%-)+->@-~\\u00a0-\\u00ff]*';

/** Of a general purpose bucket: infra/config/bucket-name.ts. */
export const BUCKET_PATTERN = [
  `(?!${RESERVED_STARTS.join('|')})`,
  `(?!.*(${RESERVED_ENDS.map(([end]) => end.replace('.', '\\.')).join('|')})$)`,
  '(?!.*(\\.\\.|\\.-|-\\.))',
  '(?!\\d+(\\.\\d+){3}$)',
  '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]',
].join('');

/** Either empty or such a text. */
export function orEmpty(pattern: string): string {
  return `(${pattern})?`;
}
