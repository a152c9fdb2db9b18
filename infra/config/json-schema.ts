/** The schema of cdk.json for editors, made of the one schema that the synth reads. */
import * as z from 'zod';
import { contextSchema } from './schema.ts';

/** The newest version that editors know in full. */
const TARGET = 'draft-7';
const RELAY_SCHEMA = 'relay.schema.json';

/** By file name: what a file for `--context config=` holds, and cdk.json, in which the same stands under `context.relay`. Pure. */
export function jsonSchemas(): Record<string, object> {
  const relay = z.toJSONSchema(contextSchema, { target: TARGET, io: 'input' });
  const { $schema, properties, ...rest } = relay;
  const named = { $schema: { type: 'string', description: 'the schema, for editors' }, ...properties };
  return {
    [RELAY_SCHEMA]: { $schema, title: 'context.relay of cdk.json', ...rest, properties: named },
    'cdk.schema.json': {
      $schema,
      title: 'cdk.json of Upload Relay',
      type: 'object',
      properties: {
        context: { type: 'object', properties: { relay: { $ref: RELAY_SCHEMA } }, required: ['relay'] },
      },
      required: ['context'],
    },
  };
}
