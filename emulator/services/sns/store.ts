/** SNS topics, as far as alarms need them: what is published stays here to be looked at, and nobody gets mail. */

import { ApiError, type Authorizer, type Caller, type ContextKeys } from '../../core/api.ts';
import { type Keeper, refill } from '../../core/keeper.ts';
import { arnOf, type Place } from '../../core/partition.ts';
import type { PolicyDocument } from '../../core/policy-document.ts';

export interface Topic {
  arn: string;
  account: string;
  policy: PolicyDocument;
  subscriptions: { protocol: string; endpoint: string }[];
  published: string[];
}

export class Topics implements Keeper {
  readonly #authorizer: Authorizer;
  readonly #topics = new Map<string, Topic>();

  constructor({ authorizer }: { authorizer: Authorizer }) {
    this.#authorizer = authorizer;
  }

  snapshot(): ReadonlyMap<string, Topic> {
    return this.#topics;
  }

  restore(kept: ReadonlyMap<string, Topic>): void {
    refill(this.#topics, kept);
  }

  /** @throws Error for a name that is taken */
  create({ name, ...place }: Place & { name: string }): Topic {
    const { account } = place;
    const arn = arnOf('sns', place, name);
    if (this.#topics.has(arn)) throw new Error(`Topic ${name} already exists`);
    const topic: Topic = { arn, account, policy: defaultPolicy(arn, account), subscriptions: [], published: [] };
    this.#topics.set(arn, topic);
    return topic;
  }

  remove(arn: string): void {
    this.#topics.delete(arn);
  }

  arns(): string[] {
    return [...this.#topics.keys()];
  }

  /** The policy that a topic has without one of its own. @throws ApiError `NotFound` */
  resetPolicy(arn: string): void {
    const topic = this.get(arn);
    topic.policy = defaultPolicy(arn, topic.account);
  }

  /** @throws ApiError `NotFound` */
  get(arn: string): Topic {
    const topic = this.#topics.get(arn);
    if (!topic) throw new ApiError('NotFound', 404, `Topic does not exist: ${arn}`);
    return topic;
  }

  /** @throws ApiError `NotFound`, `AccessDenied` when the topic's policy doesn't let the caller in */
  publish(caller: Caller, arn: string, message: string, context: ContextKeys): void {
    const topic = this.get(arn);
    const { account, policy } = topic;
    const request = { caller, action: 'sns:Publish', resource: arn, resourceAccount: account, resourcePolicy: policy };
    this.#authorizer.authorize({ ...request, context });
    topic.published.push(message);
  }
}

/** Lets in whoever acts for the topic's account, CloudWatch among them; a policy of the topic's own takes its place. */
function defaultPolicy(arn: string, account: string): PolicyDocument {
  const Condition = { StringEquals: { 'AWS:SourceOwner': account } };
  return {
    Version: '2008-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sns:Publish', Resource: arn, Condition }],
  };
}
