/** What schemas of S3's XML bodies share. */
import { z } from 'zod';

/** XML doesn't tell a list of one from a single element. */
export function oneOrMany<Item extends z.ZodType>(item: Item) {
  return z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item).min(1));
}
