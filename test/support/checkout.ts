import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from './aws-cli.ts';

/** What is no part of a checkout, or is made anew in each. */
const LEFT_OUT = ['.git', '.local', 'cdk.out'];

export interface Checkout {
  folder: string;
  remove(): Promise<void>;
}

/** A folder in which everything of this one is found, so that `npm start` of each test has a `.local` of its own. */
export async function makeCheckout(): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), 'upload-relay-checkout-'));
  const names = (await readdir(REPOSITORY)).filter((name) => !LEFT_OUT.includes(name));
  await Promise.all(names.map((name) => symlink(join(REPOSITORY, name), join(folder, name))));
  return { folder, remove: () => rm(folder, { recursive: true }) };
}
