/** A line that a function logs, and the group it goes to: written by Lambda, kept by Logs, read by CloudWatch. */
export interface LogGroupId {
  account: string;
  region: string;
  name: string;
}

export interface LogLine {
  group: LogGroupId;
  stream: string;
  text: string;
}
