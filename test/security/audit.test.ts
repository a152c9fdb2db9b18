/** `npm run audit` against a registry of the test's own. */
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { REPOSITORY } from '../support/aws-cli.ts';

const ADVISORIES = '/-/npm/v1/security/advisories/bulk';
let server: Server;

afterEach(() => server.close());

/** @param advisories by package; none: the registry refuses to tell */
async function audit(advisories?: object): Promise<{ code: number; output: string }> {
  server = createServer((request, response) => {
    request.resume();
    if (request.url !== ADVISORIES) response.writeHead(404).end('{}');
    else if (advisories === undefined) response.writeHead(405).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(advisories));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const env = { ...process.env, npm_config_registry: registry, npm_config_fetch_retries: '0' };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(REPOSITORY, 'test/security/audit.ts')],
      { cwd: REPOSITORY, env },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

test('nothing known is told, and is a success', async () => {
  expect(await audit({})).toEqual({
    code: 0,
    output: 'Packages with known vulnerabilities among what ships: 0\n',
  });
});

const ADVISORY = { id: 1, url: 'https://example.com', title: 'x', severity: 'low', vulnerable_versions: '*' };

test.each([
  ['in a function', '@middy/core'],
  ['with the package', 'commander'],
])('a vulnerable package that ships %s is named, and fails it', async (_, name) => {
  const { code, output } = await audit({ [name]: [ADVISORY] });
  expect(code).toBe(1);
  expect(output).toMatch(new RegExp(`^low: ${name}$`, 'm'));
});

test('one that serves development only is none of it', async () => {
  expect(await audit({ 'fast-check': [ADVISORY] })).toMatchObject({ code: 0 });
});

test('a registry that does not answer is no clean bill', async () => {
  const { code, output } = await audit();
  expect(code).toBe(2);
  expect(output).toContain('The registry gave no answer, so nothing is known: 405');
});
