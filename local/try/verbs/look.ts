/** `npm run try -- look`: lists the destination buckets. */

import { routesNamed } from '../../../cli/relay.ts';
import { printable } from '../../../cli/terminal/printable.ts';
import { accountProfiles } from '../../start/account-profiles.ts';
import { listOwned } from '../../start/owned-objects.ts';
import { accountOf } from '../../start/report.ts';
import { formatBytes, formatTable } from '../../start/text.ts';
import type { Verb } from '../verb.ts';

const HEADER = ['key', 'size', 'time', 'owner'];
const FIGURES = new Set([1]);

export const look: Verb = {
  usage: 'look [PREFIX]',
  summary: 'lists the destination, as account B',
  more: 'Lists every destination bucket as its own account sees it, or what begins with a prefix.',
  json: 'one list with a bucket each: {"bucket","account","objects":[{"key","sizeBytes","lastModified","owner"}]}',
  options: {
    route: { type: 'string', usage: '--route NAME', summary: 'only the bucket and the prefix of this route' },
  },
  words: { least: 0, most: 1, missing: '' },
  async act({ world, words: [prefix], options, tell }) {
    const accounts = [...accountProfiles(world.config).keys()];
    const routes = routesNamed(world.routes, options['route'] as string | undefined);
    const below = prefix ?? (options['route'] === undefined ? '' : routes[0]!.destination.prefix);
    const buckets = new Map(routes.map(({ destination }) => [destination.bucket, destination.account]));
    const listed: object[] = [];
    const tables: string[] = [];
    for (const [bucket, account] of buckets) {
      const objects: { key: string; sizeBytes: number; lastModified: string; owner: string }[] = [];
      for await (const { ownerId, ...each } of listOwned(world.ownerOf(account).s3, bucket, below)) {
        objects.push({ ...each, owner: accountOf(ownerId, accounts) });
      }
      const rows = objects.map(({ key, sizeBytes, lastModified, owner }) => [
        printable(key),
        formatBytes(sizeBytes),
        lastModified,
        owner,
      ]);
      listed.push({ bucket, account, objects });
      tables.push(`s3://${bucket}, as account ${account}\n\n${formatTable(HEADER, rows, FIGURES)}`);
    }
    tell(listed, tables.join('\n\n'));
    return true;
  },
};
