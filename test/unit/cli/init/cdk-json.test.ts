/** What `init` does to a cdk.json that is there already. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { putRelay, requireRoom } from '../../../../cli/init/cdk-json.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cdk-json-'));
  file = join(folder, 'cdk.json');
});

afterEach(() => rm(folder, { recursive: true }));

describe.each([false, true])('with --force %s', (force) => {
  test.each([['x'], [[]], [null], [3]])('a context that is %j is refused, and nothing is lost', async (context) => {
    await writeFile(file, JSON.stringify({ context }));
    expect(() => requireRoom(file, force)).toThrow(
      `${file}: field "context" is ${JSON.stringify(context)}: it must be an object.`,
    );
  });
});

test('another relay is replaced by --force alone', async () => {
  await writeFile(file, '{"context":{"relay":{}}}');
  expect(() => requireRoom(file, false)).toThrow('has a context "relay" already: --force replaces it');
  expect(() => requireRoom(file, true)).not.toThrow();
});

test('everything else stays, in its order and with its indentation', async () => {
  await writeFile(file, '{\n\t"app": "mine",\n\t"context": { "other": 1 },\n\t"z": 2\n}\n');
  requireRoom(file, false);
  putRelay(file, { source: 'x' });
  expect(await readFile(file, 'utf8')).toBe(
    `${JSON.stringify({ app: 'mine', context: { other: 1, relay: { source: 'x' } }, z: 2 }, undefined, '\t')}\n`,
  );
});
