/** Patterns of the texts that stand in policies, as parameters of templates have them: Java's and JavaScript's regular expressions read them alike. */
import { ROLE_PATH } from '../config/fields.ts';

export const ROLE_NAME_PATTERN = '[\\w+=,.@-]{1,64}';
export const ROLE_PATH_PATTERN = ROLE_PATH;
/** Latin-1 without control characters, `*`, `?` and `$`: infra/config/key-text.ts says why. */
export const PREFIX_PATTERN = '[ -#%-)+->@-~\\u00a0-\\u00ff]*';
