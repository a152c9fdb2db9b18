/** The backoff between the attempts of a message or a step. */
const FACTOR = 4;
/** The longest that SQS delays a message: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const LONGEST_SECONDS = 900;

/**
 * How long a message waits for its next attempt: four times as long each time, up to a quarter of an hour, plus up to half of that
 * as jitter. Jitter only adds: requests of the last attempt must have ended by then. Pure.
 * @param random from 0 to 1
 */
export function delaySeconds(firstSeconds: number, receives: number, random: number): number {
  const longest = Math.min(LONGEST_SECONDS, firstSeconds * FACTOR ** (receives - 1));
  return Math.round(longest * (1 + random / 2));
}
