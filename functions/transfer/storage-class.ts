import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { Route } from '../core/route.ts';

export type StorageClass = NonNullable<PutObjectCommandInput['StorageClass']>;

/**
 * The storage class that a write asks for; none leaves it to the bucket. Pure.
 *
 * | rule                | source class | asked for    |
 * |---------------------|--------------|--------------|
 * | none                | any          | none         |
 * | `"copy"`            | X            | X            |
 * | a class Y           | any          | Y            |
 * | a map with X → Y    | X            | Y            |
 * | a map without X     | X            | X            |
 */
export function storageClassFor(rule: Route['storageClass'], sourceClass: string): StorageClass | undefined {
  if (rule === undefined) return undefined;
  if (rule === 'copy') return sourceClass as StorageClass;
  if (typeof rule === 'string') return rule as StorageClass;
  return (rule[sourceClass] ?? sourceClass) as StorageClass;
}
