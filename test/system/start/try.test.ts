/** `npm run try` where it can't, or must not, succeed; that it does what docs/tour.md says, test/acceptance/docs sees. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REPOSITORY } from '../../support/aws-cli.ts';
import { startProgram } from '../../support/started.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-relay-try-'));
});

afterEach(() => rm(folder, { recursive: true }));

/** A process of its own, in the folder. */
function node(...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

const attempt = (...args: string[]) => node(join(REPOSITORY, 'local/try/main.ts'), ...args);

test('without a word it says what there is', async () => {
  const { code, output } = await attempt();
  expect(code).toBe(0);
  expect(output).toContain('npm run try -- intrude');
});

const NOTHING = {
  code: 2,
  output: 'Nothing runs in this folder. Run npm start, and this in another terminal, in the same folder.\n',
};

test('without npm start it says so', async () => expect(await attempt('look')).toEqual(NOTHING));

test('an intruder who is let in fails it', { timeout: 120_000 }, async () => {
  const program = startProgram(['--port', '0', join(REPOSITORY, 'LICENSE')], folder);
  await program.printed("The relay's log:");
  const policy = '{ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }] }';
  const grant = `const { openWorld } = await import(${JSON.stringify(join(REPOSITORY, 'local/try/world.ts'))});
    const { PutRolePolicyCommand } = await import(${JSON.stringify(import.meta.resolve('@aws-sdk/client-iam'))});
    const { config, ownerOf } = await openWorld();
    const [{ writerRoleName, destination }] = config.routes;
    const what = { RoleName: writerRoleName, PolicyName: 'too-much', PolicyDocument: JSON.stringify(${policy}) };
    await ownerOf(destination.account).iam.send(new PutRolePolicyCommand(what));`;
  // With nothing revoked.
  expect(await attempt('restore')).toMatchObject({ code: 0 });
  expect(await attempt('intrude')).toMatchObject({ code: 0 });
  expect(await node('--input-type=module', '-e', grant)).toEqual({ code: 0, output: '' });
  const { code, output } = await attempt('intrude');
  expect(code).toBe(1);
  expect(output).toContain('Not everything was refused that must be');
  expect(await attempt('replay', '--dryrun')).toMatchObject({ code: 2 });
  program.child.kill('SIGINT');
  await program.exitCode;
});
