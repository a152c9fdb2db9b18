/** The error of a deployment. */
import { type DeployOrder, describeOrder } from './order.ts';

/** A deployment that was refused or failed. It says in which order the resources came, so that it can be repeated. */
export class DeploymentError extends Error {
  readonly stackName: string;

  /** @param place what the problem is about, e.g. `resource Queue (AWS::SQS::Queue)` or `the template` */
  constructor(stackName: string, place: string, problem: string, { cause, order }: DeploymentErrorOptions = {}) {
    const drawn = order === undefined ? '' : ` [${describeOrder(order)}]`;
    super(`Stack ${stackName}, ${place}: ${problem}${drawn}`, { cause });
    this.name = 'DeploymentError';
    this.stackName = stackName;
  }
}

export interface DeploymentErrorOptions {
  cause?: unknown;
  order?: DeployOrder | undefined;
}
