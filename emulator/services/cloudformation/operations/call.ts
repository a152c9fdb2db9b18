/** One request to CloudFormation as its operation sees it, and what all operations work with. */
import type { z } from 'zod';
import type { Authorizer, Clock } from '../../../core/api.ts';
import type { AssumeAsService } from '../../../core/credentials.ts';
import type { Place } from '../../../core/partition.ts';
import type { XmlNode } from '../../../protocols/xml.ts';
import type { CloudFormation } from '../../../templates/cloudformation.ts';
import type { ObjectSource } from '../../../templates/template-text.ts';
import type { requests } from '../requests.ts';

export interface CloudFormationParts {
  cloudFormation: CloudFormation;
  authorizer: Authorizer;
  s3: ObjectSource;
  sts: { assumeRoleAsService: AssumeAsService };
  parameters: { find(place: Place, name: string): { value: string } | undefined };
  clock: Clock;
  /** Where all services listen. */
  endpoint: () => string;
  /** Told of what goes wrong in the local AWS while nobody waits; that a deployment fails is told by the stack's events. */
  onUnexpectedError: (error: unknown) => void;
}

export interface Call {
  account: string;
  region: string;
  /** @throws ApiError `AccessDenied` (403) */
  authorize(action: string, resource: string, context?: Record<string, string>, resourceAccount?: string): void;
}

type Requests = typeof requests;
export type OperationName = keyof Requests;
export type Input<Name extends OperationName> = z.output<Requests[Name]>;

/** What some of the operations do. */
export type Handlers<Name extends OperationName> = {
  [Each in Name]: (call: Call, input: Input<Each>) => XmlNode | Promise<XmlNode>;
};
