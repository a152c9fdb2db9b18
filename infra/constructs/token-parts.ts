/** Takes texts apart in which there are tokens of the CDK. */
import { Token, Tokenization } from 'aws-cdk-lib';

/** A token is never longer than the name of a bucket, but for external ids, which stand in no policy of the relay. */
const LONGEST_TOKEN = 63;

/** What is plain, and the tokens one by one. */
export function tokenParts(text: string): string[] {
  const parts = Tokenization.reverseString(text).mapTokens({ mapToken: (token) => Token.asString(token) });
  return [parts.join({ join: concatenated })].flat();
}

/** How long a text may be once its tokens are known. */
export function longestLength(text: string): number {
  if (!Token.isUnresolved(text)) return text.length;
  return tokenParts(text).reduce((sum, part) => sum + (Token.isUnresolved(part) ? LONGEST_TOKEN : part.length), 0);
}

function concatenated(left: string | string[], right: string | string[]): string[] {
  return [left, right].flat();
}
