/** `npm run templates`: writes the templates for accounts that don't use the CDK. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { templates } from '../infra/templates/templates.ts';
import { parseOptionsOf, runCli } from './cli.ts';

const FOLDER = new URL('../infra/templates/', import.meta.url);

const HELP = `npm run templates

Writes upload-relay-destination.template.json and upload-relay-reader.template.json into infra/templates/: what account B, and a customer
of pull, deploy without the CDK.

  -h, --help     this

Exit code: 0 written, 2 wrong usage.
`;

async function main(args: string[]): Promise<void> {
  parseOptionsOf('npm run templates', { args, options: {} });
  for (const [name, text] of Object.entries(templates())) {
    const file = new URL(name, FOLDER);
    writeFileSync(file, text);
    process.stdout.write(`${fileURLToPath(file)}\n`);
  }
}

runCli(main, { help: HELP });
