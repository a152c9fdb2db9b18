/** Goes through the listing and the ledger, and tells the lines of each key. */

import { bucketOf } from '../../core/route.ts';
import { ledgerId } from '../../ledger/ledger-item.ts';
import { readReceipts } from '../../ledger/read.ts';
import { listPage } from '../list-page.ts';
import { routesOf } from '../scope.ts';
import type { Audit } from './audit.ts';
import { type Line, lineOf } from './line.ts';

export interface KeyLines {
  key: string;
  /** One for each route that takes the key; none when no route does. */
  lines: Line[];
}

/** S3's limit: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const KEYS_PER_PAGE = 1_000;

/**
 * The keys after this one, in the order of their bytes. A page is in memory at a time.
 * @throws RelayError
 */
export async function* keyLines(audit: Audit, startAfter: string | undefined): AsyncGenerator<KeyLines> {
  const { scope, config, request } = audit;
  if (scope.prefix === undefined) return;
  const routes = new Map(scope.routes.map((route) => [route.name, route]));
  const sourceBucket = bucketOf(config, request.route);
  let last = startAfter;
  for (let isLast = false; !isLast; ) {
    const page = await listPage(audit, scope, last, KEYS_PER_PAGE);
    const asked = page.objects.map((object) => {
      return { object, routes: routesOf(scope, object) };
    });
    const tasks = asked.flatMap(({ object, routes: names }) => names.map((route) => ({ object, route })));
    const receipts = await readReceipts(audit, tasks);
    for (const { object, routes: names } of asked) {
      const lines = names.map((name) => {
        const receipt = receipts.get(ledgerId(name, object.key));
        return lineOf({ object, route: routes.get(name)!, sourceBucket, receipt }, request.defuseFormulas);
      });
      yield { key: object.key, lines };
    }
    last = page.objects.at(-1)?.key ?? last;
    isLast = page.isLast;
  }
}
