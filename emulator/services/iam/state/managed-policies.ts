/** Managed policies with their versions: those of customers, and AWS's own. */
import { checkManagedSize, checkPartition } from '../../../authorization/acceptance.ts';
import { ApiError, type Clock } from '../../../core/api.ts';
import type { Keeper } from '../../../core/keeper.ts';
import { partitionOfArn } from '../../../core/partition.ts';
import type { NamedPolicy, PolicyDocument } from '../../../core/policy-document.ts';
import { AWS_MANAGED } from './aws-managed.ts';
import { newUniqueId } from './identifiers.ts';
import { noSuchEntity } from './names.ts';
import type { Tags } from './tags.ts';

const MAX_VERSIONS = 5;

export interface PolicyVersion {
  /** `v1`; a number is never given twice. */
  readonly versionId: string;
  readonly document: PolicyDocument;
  readonly createdAt: Date;
}

interface NewPolicy {
  account: string;
  name: string;
  path: string;
  document: PolicyDocument;
  description?: string | undefined;
  tags?: Tags | undefined;
  /** `v1` unless given. */
  versionId?: string;
  policyId?: string;
}

/** All that a policy is made of. */
interface PolicyState extends Pick<ManagedPolicy, 'arn' | 'shortName' | 'path' | 'policyId' | 'description'> {
  createdAt: Date;
  updatedAt: Date;
  tags: Tags;
  /** The oldest first. */
  versions: PolicyVersion[];
  defaultVersionId: string;
  count: number;
}

/** As its holders hold it: they have the document of whichever version is the default one now. */
export class ManagedPolicy implements NamedPolicy {
  /** The ARN. */
  readonly name: string;
  readonly shortName: string;
  readonly path: string;
  readonly policyId: string;
  readonly description: string | undefined;
  readonly createdAt: Date;
  readonly #versions: PolicyVersion[];
  updatedAt: Date;
  tags: Tags;
  #default: PolicyVersion;
  #count = 1;

  constructor(arn: string, made: Omit<NewPolicy, 'account'>, createdAt: Date) {
    this.name = arn;
    this.shortName = made.name;
    this.path = made.path;
    this.policyId = made.policyId ?? newUniqueId('ANPA');
    this.description = made.description;
    this.tags = new Map(made.tags);
    this.createdAt = createdAt;
    this.updatedAt = createdAt;
    this.#default = { versionId: made.versionId ?? 'v1', document: accepted(arn, made.document), createdAt };
    this.#versions = [this.#default];
  }

  static from({ arn, shortName: name, versions, createdAt, ...state }: PolicyState): ManagedPolicy {
    const policy = new ManagedPolicy(arn, { ...state, name, document: versions[0]!.document }, createdAt);
    policy.#versions.splice(0, 1, ...versions);
    policy.#default = policy.version(state.defaultVersionId);
    policy.#count = state.count;
    policy.updatedAt = state.updatedAt;
    return policy;
  }

  get state(): PolicyState {
    const { arn, shortName, path, policyId, description, createdAt, updatedAt, tags, defaultVersionId } = this;
    const details = { arn, shortName, path, policyId, description, createdAt, updatedAt, tags, defaultVersionId };
    return { ...details, versions: this.#versions, count: this.#count };
  }

  get arn(): string {
    return this.name;
  }

  get document(): PolicyDocument {
    return this.#default.document;
  }

  get defaultVersionId(): string {
    return this.#default.versionId;
  }

  /** The newest first. */
  get versions(): PolicyVersion[] {
    return this.#versions.toReversed();
  }

  /** Whether it is one of AWS's own, which nobody changes. */
  get isAwsManaged(): boolean {
    return this.name.split(':')[4] === 'aws';
  }

  /** @throws ApiError `LimitExceeded` (409), also for its size, `MalformedPolicyDocument` (400) for another partition's resource */
  addVersion(document: PolicyDocument, isDefault: boolean, createdAt: Date): PolicyVersion {
    if (this.#versions.length >= MAX_VERSIONS) {
      const problem = `A managed policy can have up to ${MAX_VERSIONS} versions. Before you create a new version, you must delete an existing version.`;
      throw new ApiError('LimitExceeded', 409, problem);
    }
    const version = { versionId: `v${this.#count + 1}`, document: accepted(this.name, document), createdAt };
    this.#count += 1;
    this.#versions.push(version);
    this.updatedAt = createdAt;
    if (isDefault) this.#default = version;
    return version;
  }

  /** @throws ApiError `NoSuchEntity` (404) */
  version(versionId: string): PolicyVersion {
    const version = this.#versions.find((each) => each.versionId === versionId);
    if (version) return version;
    throw noSuchEntity(`Policy ${this.name} version ${versionId} does not exist or is not attachable.`);
  }

  /** @throws ApiError `NoSuchEntity` (404) */
  setDefault(versionId: string, now: Date): void {
    this.#default = this.version(versionId);
    this.updatedAt = now;
  }

  /** @throws ApiError `NoSuchEntity` (404), `DeleteConflict` (409) for the default one */
  removeVersion(versionId: string): void {
    const version = this.version(versionId);
    if (version === this.#default) {
      throw new ApiError('DeleteConflict', 409, 'Cannot delete the default version of a policy.');
    }
    this.#versions.splice(this.#versions.indexOf(version), 1);
  }

  /** A template's change makes room for itself: its resource handler deletes the oldest version that isn't the default one. */
  replaceDocument(document: PolicyDocument, now: Date): void {
    const oldest = this.#versions.find((version) => version !== this.#default);
    if (this.#versions.length >= MAX_VERSIONS && oldest) this.removeVersion(oldest.versionId);
    this.addVersion(document, true, now);
  }
}

export class ManagedPolicies implements Keeper {
  readonly #clock: Clock;
  readonly #customers = new Map<string, ManagedPolicy>();
  readonly #awsOwn = new Map<string, ManagedPolicy>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Those of customers. */
  snapshot(): PolicyState[] {
    return [...this.#customers.values()].map(({ state }) => state);
  }

  restore(kept: readonly PolicyState[]): void {
    for (const state of kept) this.#customers.set(state.arn, ManagedPolicy.from(state));
  }

  /** @throws ApiError `EntityAlreadyExists` (409), `LimitExceeded` (409) for its size, `MalformedPolicyDocument` (400) */
  add(arn: string, policy: NewPolicy): ManagedPolicy {
    const name = policy.name.toLowerCase();
    if (this.of(policy.account).some(({ shortName }) => shortName.toLowerCase() === name)) {
      const problem = `A policy called ${policy.name} already exists. Duplicate names are not allowed.`;
      throw new ApiError('EntityAlreadyExists', 409, problem);
    }
    const made = new ManagedPolicy(arn, policy, new Date(this.#clock()));
    this.#customers.set(arn, made);
    return made;
  }

  /** One of a customer, or of AWS's own in the partition that the ARN names. */
  find(arn: string): ManagedPolicy | undefined {
    return this.#customers.get(arn) ?? this.#awsManaged(arn);
  }

  /** Those of an account. */
  of(account: string): ManagedPolicy[] {
    return [...this.#customers.values()].filter(({ arn }) => arn.split(':')[4] === account);
  }

  /** AWS's own, as far as they are known here. */
  ofAws(partition: string): ManagedPolicy[] {
    return Object.keys(AWS_MANAGED).map((resource) => this.#awsManaged(`arn:${partition}:${resource}`)!);
  }

  arns(): string[] {
    return [...this.#customers.keys()];
  }

  remove(arn: string): void {
    this.#customers.delete(arn);
  }

  #awsManaged(arn: string): ManagedPolicy | undefined {
    const partition = partitionOfArn(arn);
    const resource = arn.slice(`arn:${partition}:`.length);
    const known = Object.hasOwn(AWS_MANAGED, resource) ? AWS_MANAGED[resource] : undefined;
    if (!known) return undefined;
    const [, path, name] = /:policy(\/(?:.*\/)?)([^/]+)$/.exec(resource)!;
    const { madeAt, ...details } = known;
    const made =
      this.#awsOwn.get(arn) ?? new ManagedPolicy(arn, { name: name!, path: path!, ...details }, new Date(madeAt));
    this.#awsOwn.set(arn, made);
    return made;
  }
}

function accepted(arn: string, document: PolicyDocument): PolicyDocument {
  checkManagedSize(document);
  checkPartition(document, partitionOfArn(arn));
  return document;
}
