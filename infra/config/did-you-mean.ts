/** Says what a typing error was probably meant to be. */
import { nearest } from '../../functions/core/nearest.ts';

/** As the end of a sentence, if there is a likely one among the candidates. */
export function didYouMean(input: unknown, candidates: readonly unknown[]): string {
  const texts = candidates.filter((each) => typeof each === 'string');
  const meant = typeof input === 'string' ? nearest(input, texts) : undefined;
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}
