/**
 * Settings that only the deployment knows, such as the account of a stack that may go anywhere. The file of the settings is made before;
 * in it, `{ "deployed": ["arn:aws:iam::", 0, ":role/relay"] }` stands for a text that has the first of the deployment's values in it.
 */
import * as z from 'zod/mini';

/** The environment variable with the values: a JSON list of texts. */
export const DEPLOYED_VARIABLE = 'DEPLOYED_SETTINGS';

/** What the file says of them. */
const announced = z.object({ deployedValues: z.number() });
const values = z.array(z.string().check(z.minLength(1)));
const text = z.strictObject({ deployed: z.array(z.union([z.string(), z.number()])) });

/**
 * The settings with the deployment's values in their places. A value with a quotation mark would make the list another one, so the file says
 * how many there are; what each of them must look like, the schema of the settings says.
 * @param variable the environment variable, if there is one
 * @returns what is wrong, as a text, when the two don't fit together
 */
export function withDeployed(settings: unknown, variable: string | undefined): { settings: unknown } | string {
  const { success, data } = announced.safeParse(settings);
  if (!success)
    return variable === undefined ? { settings } : `${DEPLOYED_VARIABLE}: the settings ask for no value of it`;
  const given = values.safeParse(parsed(variable));
  if (!given.success || given.data.length !== data.deployedValues) {
    return `${DEPLOYED_VARIABLE}: it must be a JSON list of ${data.deployedValues} texts, none of them empty`;
  }
  const list = given.data;
  const filled = (value: unknown): unknown => {
    const asked = text.safeParse(value);
    if (asked.success)
      return asked.data.deployed.map((part) => (typeof part === 'number' ? list[part] : part)).join('');
    if (Array.isArray(value)) return value.map(filled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each)]));
  };
  return { settings: filled(settings) };
}

function parsed(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '');
  } catch {
    return undefined;
  }
}
