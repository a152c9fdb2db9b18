/** `npm run schema`: writes the schemas by which editors complete and mark cdk.json. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { jsonSchemas } from '../infra/config/json-schema.ts';
import { parseOptionsOf, runCli } from './cli.ts';

const DOCS = new URL('../docs/', import.meta.url);

const HELP = `npm run schema

Writes docs/cdk.schema.json and docs/relay.schema.json, by which editors complete and mark cdk.json.

  -h, --help     this

Exit code: 0 written, 2 wrong usage.
`;

async function main(args: string[]): Promise<void> {
  parseOptionsOf('npm run schema', { args, options: {} });
  for (const [name, schema] of Object.entries(jsonSchemas())) {
    const file = new URL(name, DOCS);
    writeFileSync(file, `${JSON.stringify(schema, undefined, 2)}\n`);
    process.stdout.write(`${fileURLToPath(file)}\n`);
  }
}

runCli(main, { help: HELP });
