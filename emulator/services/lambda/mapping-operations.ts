/** Event source mappings over Lambda's API: asked about and changed; templates make them. */
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { accountOf } from '../../core/accounts.ts';
import { ApiError, type ApiRequest, type Authorizer } from '../../core/api.ts';
import { arnOf } from '../../core/partition.ts';
import { parseInput } from '../../protocols/aws-json.ts';
import type { EventSourceMapping } from './event-source-mapping.ts';
import { parseFunctionName } from './function-name.ts';
import type { FunctionRegistry } from './store.ts';

export interface MappingParts {
  authorizer: Authorizer;
  functions: FunctionRegistry;
  mappings: () => readonly EventSourceMapping[];
}

const Changes = z.strictObject({
  FunctionName: z.string().optional(),
  Enabled: z.boolean().optional(),
  BatchSize: z.int().min(1).max(10_000).optional(),
  MaximumBatchingWindowInSeconds: z.int().min(0).max(300).optional(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).max(1).optional(),
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.int().min(2).max(1000).optional() }).optional(),
});

export class MappingOperations {
  readonly #parts: MappingParts;

  constructor(parts: MappingParts) {
    this.#parts = parts;
  }

  get(request: ApiRequest, uuid: string): object {
    return described(this.#named(request, uuid, 'lambda:GetEventSourceMapping'));
  }

  /** Those of the caller's account and region, on one page. A function's name stands for what a mapping names in the same way. */
  list(request: ApiRequest): object {
    const { caller, region, query } = request;
    const account = accountOf(caller);
    const { authorizer, mappings } = this.#parts;
    authorizer.authorize({ caller, action: 'lambda:ListEventSourceMappings', resource: '*', resourceAccount: account });
    const known = ['FunctionName', 'EventSourceArn', 'MaxItems'];
    const unknown = [...query.keys()].find((name) => !known.includes(name));
    if (unknown !== undefined) throw invalidParameter(`The parameter ${unknown} is not supported here`);
    const name = query.get('FunctionName');
    const wanted = name === null ? undefined : parseFunctionName(name, { account, region });
    const wantedArn =
      wanted && arnOf('lambda', wanted, `function:${[wanted.name, wanted.qualifier ?? []].flat().join(':')}`);
    const queueArn = query.get('EventSourceArn') ?? undefined;
    const found = mappings().filter(({ settings: { target, queueArn: from } }) => {
      const { account: owner, region: where } = target.function;
      if (owner !== account || where !== region) return false;
      return (wantedArn ?? target.arn) === target.arn && (queueArn ?? from) === from;
    });
    return { EventSourceMappings: found.map((mapping) => described(mapping)) };
  }

  /** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html */
  async update(request: ApiRequest, uuid: string): Promise<object> {
    const changes = parseInput(Changes, await text(request.body), 'InvalidParameterValueException');
    const mapping = this.#named(request, uuid, 'lambda:UpdateEventSourceMapping');
    const { settings } = mapping;
    const home = { account: accountOf(request.caller), region: request.region };
    mapping.update({
      ...settings,
      enabled: changes.Enabled ?? settings.enabled,
      batchSize: changes.BatchSize ?? settings.batchSize,
      batchingWindowSeconds: changes.MaximumBatchingWindowInSeconds ?? settings.batchingWindowSeconds,
      ...(changes.FunctionName !== undefined && {
        target: this.#parts.functions.target(parseFunctionName(changes.FunctionName, home)),
      }),
      ...(changes.FunctionResponseTypes && { reportBatchItemFailures: changes.FunctionResponseTypes.length > 0 }),
      ...(changes.ScalingConfig && { maximumConcurrency: changes.ScalingConfig.MaximumConcurrency }),
    });
    const turned = changes.Enabled === undefined || changes.Enabled === settings.enabled;
    return described(mapping, turned ? 'Updating' : changes.Enabled ? 'Enabling' : 'Disabling');
  }

  /** One that nobody has is looked for only once the caller may ask. @throws ApiError `ResourceNotFoundException` */
  #named({ caller, region }: ApiRequest, uuid: string, action: string): EventSourceMapping {
    const account = accountOf(caller);
    const arn = arnOf('lambda', { account, region }, `event-source-mapping:${uuid}`);
    const mapping = this.#parts.mappings().find((each) => arnOfMapping(each) === arn);
    this.#parts.authorizer.authorize({
      caller,
      action,
      resource: arn,
      resourceAccount: account,
      context: mapping ? { 'lambda:FunctionArn': mapping.settings.target.arn } : {},
    });
    if (!mapping) throw new ApiError('ResourceNotFoundException', 404, 'The resource you requested does not exist.');
    return mapping;
  }
}

function described(mapping: EventSourceMapping, state?: string): object {
  const { target, queueArn, enabled, batchSize, batchingWindowSeconds, ...settings } = mapping.settings;
  return {
    UUID: mapping.uuid,
    EventSourceMappingArn: arnOfMapping(mapping),
    EventSourceArn: queueArn,
    FunctionArn: target.arn,
    State: state ?? (enabled ? 'Enabled' : 'Disabled'),
    StateTransitionReason: 'USER_INITIATED',
    BatchSize: batchSize,
    MaximumBatchingWindowInSeconds: batchingWindowSeconds,
    FunctionResponseTypes: settings.reportBatchItemFailures ? ['ReportBatchItemFailures'] : [],
    ...(settings.maximumConcurrency !== undefined && {
      ScalingConfig: { MaximumConcurrency: settings.maximumConcurrency },
    }),
  };
}

function arnOfMapping({ uuid, settings }: EventSourceMapping): string {
  return arnOf('lambda', settings.target.function, `event-source-mapping:${uuid}`);
}

function invalidParameter(problem: string): ApiError {
  return new ApiError('InvalidParameterValueException', 400, problem);
}
