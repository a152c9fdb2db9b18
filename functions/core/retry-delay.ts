const FACTOR = 4;
/** The longest that SQS delays a message: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const LONGEST_SECONDS = 900;

/**
 * How long a message waits for its next try: four times as long each time, up to a quarter of an hour, and up to half as long
 * again by chance. Never shorter: what its last try left under way has ended by then. Pure.
 * @param random from 0 to 1
 */
export function delaySeconds(firstSeconds: number, receives: number, random: number): number {
  const longest = Math.min(LONGEST_SECONDS, firstSeconds * FACTOR ** (receives - 1));
  return Math.round(longest * (1 + random / 2));
}
