import { describe, expect, test } from 'vitest';
import { contextSchema } from '../../../../infra/config/schema.ts';
import { definitionOf, fieldsOf, type Schema, unwrapped } from '../../../../infra/config/schema-parts.ts';
import { inProperties, propertyOf } from '../../../../infra/upload-relay/field-names.ts';

/** Every field that cdk.json has, as messages name it. */
function pathsOf(schema: Schema, path = ''): string[] {
  const { element } = definitionOf(unwrapped(schema));
  if (element !== undefined) return [path, ...pathsOf(element, `${path}.0`)];
  const fields = Object.entries(fieldsOf(schema));
  if (fields.length === 0 || path.endsWith('storageClass')) return [path];
  return fields.flatMap(([name, field]) => pathsOf(field, path === '' ? name : `${path}.${name}`));
}

const PATHS = pathsOf(contextSchema);

describe('a field of cdk.json', () => {
  test.each(PATHS)('%s has a name as a property', (path) => {
    expect(propertyOf(path)).not.toMatch(
      /^(relay|source\.(account|region|topicArn|relayRoleName))\b|\.\d|pull|destination|(Seconds|Hours|Days|Minutes|MiB|Bytes)$/,
    );
  });
});

test.each([
  [
    'field "relay.relay.timeoutSeconds" is 20: must be at least 30.',
    'prop "timeout" (in seconds) is 20: must be at least 30.',
  ],
  ['field "relay.routes.3.pull.bucket" is "x".', 'prop "routes[3].from.bucket" is "x".'],
  [
    'field "relay.routes.0.externalId" is "x", as in "relay.routes.1".',
    'prop "routes[0].externalId" is "x", as in "routes[1]".',
  ],
])('%s', (sentence, words) => expect(inProperties(sentence)).toBe(words));
