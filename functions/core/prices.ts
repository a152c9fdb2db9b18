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
  /** A read of up to 4 KB that may be a moment old: half a read unit. */
  itemRead: 0.0625e-6,
  /** CloudWatch Logs takes in 1 KB. */
  logKilobyte: 0.5e-6,
};

/** The queue hands messages out in tens. */
export const OBJECTS_PER_INVOCATION = 10;
/** Each message is sent alone, and received and deleted in a batch. */
export const SQS_REQUESTS_PER_OBJECT = 1 + 2 / OBJECTS_PER_INVOCATION;
