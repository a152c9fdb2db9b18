/** The form of the relay's log lines. */
import { LogFormatter, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';

/**
 * JSON, with the field names of Powertools. The function's ARN, name and memory are left out of each line: the log stream and the REPORT
 * line of the same request tell them, and each line is paid for by its bytes.
 */
export class LogFormat extends LogFormatter {
  formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const { logLevel, message, timestamp, serviceName, lambdaContext } = attributes;
    const line = new LogItem({
      attributes: {
        level: logLevel,
        message,
        timestamp: this.formatTimestamp(timestamp),
        service: serviceName,
        function_request_id: lambdaContext?.awsRequestId,
      },
    });
    return line.addAttributes(additional);
  }
}
