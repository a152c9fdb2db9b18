/** `node infra/app.ts`, as `cdk synth` and `cdk deploy` start it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asYaml } from '../../infra/limits/stack-size.ts';
import { committedContext, pullingRoute } from '../support/stacks.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'app-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: REPOSITORY, env: { ...process.env, ...env } };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

function synth(relay: unknown): Promise<Ended> {
  const context = { relay, 'aws:cdk:bundling-stacks': [] };
  return run(['infra/app.ts'], { CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(context) });
}

test('a mistake is one line, and the exit code says so', async () => {
  const context = committedContext();
  context.source.region = 'us-esat-1';
  const { code, stderr } = await synth(context);
  expect(stderr).toMatch(/^cdk\.json: field "relay\.source\.region" is "us-esat-1": .*\n$/);
  expect(code).toBe(1);
});

test('several mistakes are numbered', async () => {
  const context = committedContext();
  Object.assign(context.source, { region: 'us-esat-1', acount: 1 });
  const { code, stderr } = await synth(context);
  expect(stderr).toMatch(
    /^cdk\.json: 2 mistakes\n1\. field "relay\.source\.acount" .*\n2\. field "relay\.source\.region" .*\n$/,
  );
  expect(code).toBe(1);
});

test('a schedule that is over is told, and no mistake', async () => {
  const replays = ['at(2020-01-01T00:00:00)', 'cron(0 4 1 1 ? 2020,2021)', 'rate(1 day)', 'at(2199-01-01T00:00:00)'];
  const relay = { replays: replays.map((schedule, index) => ({ name: `r${index}`, schedule })) };
  const { code, stderr } = await synth({ ...committedContext(), relay });
  expect(stderr.split('\n')).toEqual([
    'cdk.json: field "relay.relay.replays.0.schedule" is "at(2020-01-01T00:00:00)": it is over since 2020-01-01, so it never fires again; choose another time, or remove it.',
    'cdk.json: field "relay.relay.replays.1.schedule" is "cron(0 4 1 1 ? 2020,2021)": it is over since 2022-01-01, so it never fires again; choose another time, or remove it.',
    '',
  ]);
  expect(code).toBe(0);
});

test('a folder that can’t be written is one sentence', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  const context = JSON.stringify({ relay: committedContext() });
  const { code, stderr } = await run(['infra/app.ts'], { CDK_OUTDIR: file, CDK_CONTEXT_JSON: context });
  expect(stderr).toBe(
    `The stacks can't be written (${file} must be a directory): name another folder by --output, or make room or leave to write there.\n`,
  );
  expect(code).toBe(1);
});

test('so is what goes beyond a limit once it is synthesized', async () => {
  const context = { ...committedContext(), routes: [pullingRoute({ filter: { prefix: '"'.repeat(480) } })] };
  delete context.source.bucket;
  const { code, stderr } = await synth(context);
  expect(stderr).toMatch(/^cdk\.json: field "relay\.routes\.0\.filter\.prefix" is .* STS takes 2,048\.\n$/);
  expect(code).toBe(1);
});

test('a template is counted as the CDK’s command line renders it', async () => {
  expect(await synth(committedContext())).toEqual({ code: 0, stdout: '', stderr: '' });
  const template = JSON.parse(readFileSync(join(folder, 'Destination.template.json'), 'utf8'));
  const cdk = fileURLToPath(import.meta.resolve('aws-cdk/bin/cdk'));
  const { stdout } = await run([cdk, 'synth', 'Destination', '--app', folder]);
  expect(stdout.trimEnd()).toBe(asYaml(template).trimEnd());
});

test('a configuration in a file of its own is named in its mistakes', async () => {
  const file = join(folder, 'partner.json');
  const withFile = (config: string) =>
    run(['infra/app.ts'], { CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify({ config }) });
  const wrong = { ...committedContext(), name: 'partner' };
  writeFileSync(file, JSON.stringify(wrong));
  expect((await withFile(file)).stderr).toBe(`${file}: field "name" is not known; it belongs into "relay".\n`);
  writeFileSync(file, '{');
  expect((await withFile(file)).stderr).toMatch(
    /^--context config=.*: it can't be read as JSON at line 1, column 2\.\n$/,
  );
  writeFileSync(file, '{\n"account": 012345678901\n}');
  expect((await withFile(file)).stderr).toMatch(/at line 2, column \d+; an account stands in quotes\.\n$/);
  writeFileSync(file, `\uFEFF${JSON.stringify({ $schema: 'docs/relay.schema.json', ...wrong })}`);
  expect((await withFile(file)).stderr).toContain('field "name" is not known');
  expect((await withFile(folder)).stderr).toMatch(/: it is a folder, and not a file\.\n$/);
  expect((await withFile(join(folder, 'none.json'))).stderr).toMatch(/: there is no such file\.\n$/);
});
