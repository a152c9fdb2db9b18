/** `npm run try -- look`: lists the destination buckets. */
import { accountProfiles } from '../start/account-profiles.ts';
import { listOwned } from '../start/owned-objects.ts';
import { accountOf } from '../start/report.ts';
import { formatTable, printable } from '../start/text.ts';
import type { World } from './world.ts';

/** Lists every destination bucket as its own account sees it. */
export async function look(world: World): Promise<void> {
  const accounts = [...accountProfiles(world.config).keys()];
  const buckets = new Map(world.config.routes.map(({ destination }) => [destination.bucket, destination.account]));
  for (const [bucket, account] of buckets) {
    const rows: string[][] = [];
    for await (const { key, ownerId } of listOwned(world.ownerOf(account).s3, bucket)) {
      rows.push([printable(key), accountOf(ownerId, accounts)]);
    }
    process.stdout.write(
      `s3://${bucket}, as account ${account}\n\n${formatTable(['key', 'owner'], rows, new Set())}\n`,
    );
  }
}
