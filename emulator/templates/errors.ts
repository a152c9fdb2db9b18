/** The error of a deployment. */
import { type DeployOrder, describeOrder } from './order.ts';

/** A deployment that was refused or failed. It says in which order the resources came, so that it can be repeated. */
export class DeploymentError extends Error {
  readonly stackName: string;
  readonly problem: string;
  /** What CloudFormation's API says of it. */
  readonly words: string;

  /** @param place what the problem is about, e.g. `resource Queue (AWS::SQS::Queue)` or `the template` */
  constructor(stackName: string, place: string, problem: string, { cause, order, words }: DeploymentErrorOptions = {}) {
    const drawn = order === undefined ? '' : ` [${describeOrder(order)}]`;
    const message = `Stack ${stackName}, ${place}: ${problem}${drawn}`;
    super(message, { cause });
    this.name = 'DeploymentError';
    this.stackName = stackName;
    this.problem = problem;
    this.words = words ?? message;
  }
}

export interface DeploymentErrorOptions {
  cause?: unknown;
  order?: DeployOrder | undefined;
  /** The message unless given. */
  words?: string | undefined;
}
