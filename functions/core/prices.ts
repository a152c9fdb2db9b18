/** Prices in US dollars of us-east-1 on arm64, as AWS's price pages list them: docs/cost.md explains them. */
export const DOLLARS = {
  lambdaGbSecond: 0.0000133334,
  lambdaInvocation: 0.2e-6,
  durableOperation: 8e-6,
  /** PUT and LIST. */
  s3Put: 5e-6,
  s3Get: 0.4e-6,
  sqsRequest: 0.4e-6,
  /** An EventBridge event. */
  event: 1e-6,
  /** A DynamoDB item of up to 1 KB. */
  itemWrite: 0.625e-6,
  /** An item of up to 4 KB, read as it may have been a moment ago. */
  itemRead: 0.0625e-6,
  /** CloudWatch Logs takes in a byte. */
  logByte: 0.5e-9,
};

/** The queue hands messages out in tens. */
export const OBJECTS_PER_INVOCATION = 10;
/**
 * What one small object of ten takes, from its event to its receipt: `test/system/relay/cost.test.ts` measures it. Each message is sent
 * alone, and received and deleted in a batch. The bytes are those of all log lines, Lambda's own and the metrics included, with the 26 that
 * CloudWatch adds to each.
 */
export const SMALL_OBJECT = {
  puts: 1,
  gets: 2,
  itemWrites: 1,
  sqsRequests: 1 + 2 / OBJECTS_PER_INVOCATION,
  logBytes: 480,
};
