/** What CloudFormation does here: what the CDK and `aws cloudformation` need to bring a stack up, look at it and take it down. */
import type { z } from 'zod';
import { accountOf } from '../../core/accounts.ts';
import { ApiError, type Authorizer, type Clock } from '../../core/api.ts';
import type { AssumeAsService } from '../../core/credentials.ts';
import { arnOf, type Place } from '../../core/partition.ts';
import type { QueryOperation } from '../../protocols/query.ts';
import { readForm } from '../../protocols/query-form.ts';
import type { XmlNode } from '../../protocols/xml.ts';
import type { CloudFormation } from '../../templates/cloudformation.ts';
import { DeploymentError } from '../../templates/errors.ts';
import type { Stack, StackId } from '../../templates/stack.ts';
import { invalid, type ObjectSource, s3Reader, templateOf } from '../../templates/template-text.ts';
import { changeSetElement, eventElements, resourceElements, stackElement } from './answers.ts';
import { requireCapabilities } from './capabilities.ts';
import { givenParameters, storedParameters } from './request-parameters.ts';
import { requests } from './requests.ts';
import { type ChangeSet, ChangeSets } from './store.ts';

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

type Requests = typeof requests;
type Input<Name extends keyof Requests> = z.output<Requests[Name]>;

/** One request, as its operation sees it. */
interface Call {
  account: string;
  region: string;
  /** @throws ApiError `AccessDenied` (403) */
  authorize(action: string, resource: string, context?: Record<string, string>, resourceAccount?: string): void;
}

/** What a role is assumed for; the local engine itself asks for no rights. */
const ROLE_SESSION_SECONDS = 3600;
const SERVICE = 'cloudformation.amazonaws.com';

export class CloudFormationOperations {
  readonly #options: CloudFormationParts;
  readonly #changeSets: ChangeSets;
  readonly table: Readonly<Record<string, QueryOperation>>;

  constructor(options: CloudFormationParts) {
    this.#options = options;
    this.#changeSets = new ChangeSets({ clock: options.clock });
    this.table = {
      CreateChangeSet: this.#operation('CreateChangeSet', (call, input) => this.#createChangeSet(call, input)),
      DescribeChangeSet: this.#operation('DescribeChangeSet', (call, input) =>
        changeSetElement(this.#changeSet(call, 'DescribeChangeSet', input)),
      ),
      ExecuteChangeSet: this.#operation('ExecuteChangeSet', (call, input) => this.#executeChangeSet(call, input)),
      DeleteChangeSet: this.#operation('DeleteChangeSet', (call, input) => this.#deleteChangeSet(call, input)),
      DescribeStacks: this.#operation('DescribeStacks', (call, { StackName }) => {
        const stack = this.#stack(call, 'DescribeStacks', StackName);
        return { Stacks: { member: stackElement(stack) } };
      }),
      DescribeStackEvents: this.#operation('DescribeStackEvents', (call, { StackName }) => {
        const stack = this.#stack(call, 'DescribeStackEvents', StackName, `Stack [${StackName}] does not exist`);
        return { StackEvents: { member: eventElements(stack) } };
      }),
      DescribeStackResources: this.#operation('DescribeStackResources', (call, { StackName }) => {
        const stack = this.#stack(call, 'DescribeStackResources', StackName);
        return { StackResources: { member: resourceElements(stack, 'Timestamp') } };
      }),
      ListStackResources: this.#operation('ListStackResources', (call, { StackName }) => {
        const stack = this.#stack(call, 'ListStackResources', StackName);
        return { StackResourceSummaries: { member: resourceElements(stack, 'LastUpdatedTimestamp') } };
      }),
      GetTemplate: this.#operation('GetTemplate', (call, { StackName }) => {
        const { deployed } = this.#stack(call, 'GetTemplate', StackName);
        return { TemplateBody: JSON.stringify(deployed.template), StagesAvailable: { member: ['Original'] } };
      }),
      DeleteStack: this.#operation('DeleteStack', (call, input) => this.#deleteStack(call, input)),
    };
  }

  #operation<Name extends keyof Requests>(
    action: Name,
    perform: (call: Call, input: Input<Name>) => XmlNode | Promise<XmlNode>,
  ): QueryOperation {
    return (parameters, { caller, region }) => {
      const account = accountOf(caller);
      const authorize: Call['authorize'] = (asked, resource, context = {}, resourceAccount = account) =>
        this.#options.authorizer.authorize({
          caller,
          action: asked,
          resource,
          resourceAccount,
          context,
          isViaService: asked.startsWith('s3:'),
        });
      return perform({ account, region, authorize }, readForm(action, parameters, requests[action]) as Input<Name>);
    };
  }

  async #createChangeSet(call: Call, input: Input<'CreateChangeSet'>): Promise<XmlNode> {
    const { cloudFormation, s3, parameters: store, endpoint } = this.#options;
    const { account, region } = call;
    const present = this.#find(call, 'CreateChangeSet', input.StackName);
    const id: StackId = present?.id ?? { name: input.StackName, account, region };
    requireState(input, present);
    this.#requireRole(call, input.RoleARN);
    const authorize = (action: string, resource: string, owner: string) => call.authorize(action, resource, {}, owner);
    const reader = s3Reader({ s3, region, ownHost: new URL(endpoint()).host, authorize });
    const template = await templateOf(input, reader);
    requireCapabilities(template, input.Capabilities);
    const stackInput = {
      ...id,
      template,
      templateUploaded: true,
      assets: new Map<string, string>(),
      parameters: givenParameters(template, input.Parameters, present?.deployed),
      stored: storedParameters(template, input.Parameters, (name) => {
        return store.find(call, name)?.value;
      }),
    };
    const desired = orRefused(() => cloudFormation.desired(stackInput));
    const stack = present ?? cloudFormation.review(id);
    const { arn } = this.#changeSets.add({
      name: input.ChangeSetName,
      description: input.Description,
      stack,
      input: stackInput,
      desired,
      changes: cloudFormation.plannedChanges(stack, desired),
      importExistingResources: input.ImportExistingResources,
    });
    return { Id: arn, StackId: stack.arn };
  }

  #executeChangeSet(call: Call, input: Input<'ExecuteChangeSet'>): XmlNode {
    const changeSet = this.#changeSet(call, 'ExecuteChangeSet', input);
    const { stack, input: stackInput, importExistingResources, failure, arn } = changeSet;
    if (failure !== undefined) {
      const problem = `ChangeSet [${arn}] cannot be executed in its current status of [FAILED]`;
      throw new ApiError('InvalidChangeSetStatus', 400, problem);
    }
    if (!stack.isInReview && !stack.isUpdatable) throw notUpdatable(stack);
    this.#changeSets.removeOf(stack);
    this.#begin(this.#options.cloudFormation.deploy(stackInput, { importExistingResources }));
    return {};
  }

  /** One that isn't there is deleted, too. */
  #deleteChangeSet(call: Call, { StackName, ChangeSetName }: Input<'DeleteChangeSet'>): XmlNode {
    const stack = StackName === undefined ? undefined : this.#stack(call, 'DeleteChangeSet', StackName);
    const changeSet = this.#changeSets.find(stack, ChangeSetName);
    if (!changeSet) return {};
    if (!stack) call.authorize('cloudformation:DeleteChangeSet', changeSet.stack.arn);
    this.#changeSets.remove(changeSet);
    return {};
  }

  /** A stack that isn't there is deleted, too. */
  #deleteStack(call: Call, { StackName, RoleARN }: Input<'DeleteStack'>): XmlNode {
    const stack = this.#find(call, 'DeleteStack', StackName);
    this.#requireRole(call, RoleARN);
    if (!stack || stack.isGone) return {};
    if (stack.status.endsWith('_IN_PROGRESS') && !stack.isInReview) throw notUpdatable(stack);
    this.#changeSets.removeOf(stack);
    this.#begin(this.#options.cloudFormation.destroy(stack.id));
    return {};
  }

  /** Nobody waits for it: whoever wants to know asks for the stack's status and events. */
  #begin(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!(error instanceof DeploymentError)) this.#options.onUnexpectedError(error);
    });
  }

  #changeSet(
    call: Call,
    action: string,
    { StackName, ChangeSetName }: { StackName?: string | undefined; ChangeSetName: string },
  ): ChangeSet {
    const stack = StackName === undefined ? undefined : this.#stack(call, action, StackName);
    const changeSet = this.#changeSets.find(stack, ChangeSetName);
    if (changeSet && !stack) call.authorize(`cloudformation:${action}`, changeSet.stack.arn);
    if (changeSet?.stack.id.account === call.account && changeSet.stack.id.region === call.region) return changeSet;
    throw new ApiError('ChangeSetNotFound', 404, `ChangeSet [${ChangeSetName}] does not exist`);
  }

  /** @throws ApiError `ValidationError` (400) when it isn't there */
  #stack(call: Call, action: string, name: string, problem = `Stack with id ${name} does not exist`): Stack {
    const stack = this.#find(call, action, name);
    if (stack) return stack;
    throw invalid(problem);
  }

  /** By name as long as it is there, by its id also afterwards. Authorisation comes before the look-up. */
  #find(call: Call, action: string, nameOrArn: string): Stack | undefined {
    const { cloudFormation } = this.#options;
    const { account, region, authorize } = call;
    const isArn = nameOrArn.startsWith('arn:');
    const found = isArn
      ? cloudFormation.findByArn(nameOrArn)
      : cloudFormation.find({ name: nameOrArn, account, region });
    const resource = isArn ? nameOrArn : (found?.arn ?? arnOf('cloudformation', call, `stack/${nameOrArn}/*`));
    authorize(`cloudformation:${action}`, resource);
    const isOwn = found?.id.account === account && found.id.region === region;
    return isOwn ? found : undefined;
  }

  /** CloudFormation acts as the role, which the caller must be allowed to pass. What the engine does isn't asked of the role. */
  #requireRole(call: Call, roleArn: string | undefined): void {
    if (roleArn === undefined) return;
    call.authorize('iam:PassRole', roleArn, { 'iam:PassedToService': SERVICE });
    try {
      const session = { sessionName: 'AWSCloudFormation', durationSeconds: ROLE_SESSION_SECONDS };
      this.#options.sts.assumeRoleAsService({ roleArn, service: SERVICE, ...session });
    } catch {
      throw invalid(`Role ${roleArn} is invalid or cannot be assumed`);
    }
  }
}

function requireState({ StackName, ChangeSetName, ChangeSetType }: Input<'CreateChangeSet'>, present?: Stack): void {
  if (ChangeSetType === 'CREATE') {
    if (!present || present.isInReview) return;
    throw invalid(
      `Stack [${StackName}] already exists and cannot be created again with the changeSet [${ChangeSetName}].`,
    );
  }
  if (!present || present.isInReview) throw invalid(`Stack [${StackName}] does not exist`);
  if (!present.isUpdatable) throw notUpdatable(present);
}

function notUpdatable({ arn, status }: Stack): ApiError {
  return invalid(`Stack:${arn} is in ${status} state and can not be updated.`);
}

function orRefused<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof DeploymentError ? invalid(error.message) : error;
  }
}
