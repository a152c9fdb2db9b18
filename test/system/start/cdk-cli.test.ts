/** The CDK's own client against `npm start`, with the commands of docs/local-aws.md. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY, shell } from '../../support/aws-cli.ts';
import { makeCheckout } from '../../support/checkout.ts';
import { startProgram } from '../../support/started.ts';

test('both stacks of a running npm start are deployed anew', { timeout: 240_000 }, async () => {
  const home = await mkdtemp(join(tmpdir(), 'upload-relay-cdk-'));
  const checkout = await makeCheckout();
  const program = startProgram(['--port', '0', 'LICENSE'], checkout.folder);
  try {
    await program.printed("The relay's log:");
    const page = await readFile(join(REPOSITORY, 'docs/local-aws.md'), 'utf8');
    const [, commands] = /^## Deploy with the CDK$.*?^```bash\n(.*?)^```$/ms.exec(page)!;
    const env = { HOME: home, CI: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true', CDK_OUTDIR: join(home, 'cdk.out') };
    const { code, stdout, stderr } = await shell(`set -e\n${commands}`, env, checkout.folder);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const output = stdout + stderr;
    expect(output).toContain('✅  Source (upload-relay-source)');
    expect(output).toContain('✅  Destination (upload-relay-destination)');
  } finally {
    program.child.kill('SIGINT');
    await program.exitCode;
    await checkout.remove();
    await rm(home, { recursive: true });
  }
});
