/** AWS::Lambda::Function, with the limits that Lambda checks when one is made. */
import { z } from 'zod';
import {
  type DeployContext,
  harmless,
  integer,
  physicalName,
  type ResourceType,
  resourceType,
  tags,
} from '../../templates/resource-type.ts';
import { functionName, lambdaDescription } from '../../templates/texts.ts';
import type { Code, CodeArchives } from './code-archives.ts';
import type { LambdaService } from './service.ts';
import type { FunctionSettings } from './store.ts';

/** What these resources are made in. */
export interface Services {
  lambda: LambdaService;
  codeArchives: CodeArchives;
  s3: { buckets(): { settings: { name: string } }[] };
}
type Context = DeployContext<Services>;

/** Names that Lambda keeps for itself (Developer Guide, "Defined runtime environment variables"). */
const RESERVED_VARIABLES = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);
/** All names and values together (Lambda quotas). */
const MAX_ENVIRONMENT_BYTES = 4096;

const Variables = z
  .record(z.string().regex(/^[a-zA-Z]\w+$/), z.union([z.string(), z.number(), z.boolean()]).transform(String))
  .superRefine((variables, check) => {
    const reserved = Object.keys(variables).filter((name) => RESERVED_VARIABLES.has(name));
    if (reserved.length > 0) {
      check.addIssue({ code: 'custom', message: `reserved keys can't be set: ${reserved.join(', ')}` });
    }
    if (Buffer.byteLength(JSON.stringify(variables)) > MAX_ENVIRONMENT_BYTES) {
      check.addIssue({ code: 'custom', message: 'the environment variables exceed the 4KB limit' });
    }
  });

const Logging = z.strictObject({
  LogGroup: z.string().optional(),
  LogFormat: z.enum(['Text', 'JSON']).default('Text'),
  ApplicationLogLevel: z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']).default('INFO'),
  SystemLogLevel: z.enum(['DEBUG', 'INFO', 'WARN']).default('INFO'),
});

const Function_ = z.strictObject({
  FunctionName: functionName.optional(),
  Description: lambdaDescription.default(''),
  Runtime: z.string().regex(/^nodejs(22|24)\.x$/, 'only nodejs22.x and nodejs24.x are supported'),
  Handler: z.string().max(128),
  Role: z.string(),
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Timeout: integer(1, 900).default(3),
  MemorySize: integer(128, 10_240).default(128),
  Environment: z.strictObject({ Variables: Variables.default({}) }).optional(),
  ReservedConcurrentExecutions: integer(0, 1000).optional(),
  LoggingConfig: Logging.optional(),
  DurableConfig: z
    .strictObject({ ExecutionTimeout: integer(1, 31_622_400), RetentionPeriodInDays: integer(1, 90).default(14) })
    .optional(),
  Architectures: harmless('the code is JavaScript and runs on any'),
  EphemeralStorage: harmless('/tmp is that of this machine'),
  TracingConfig: harmless('traces are not recorded'),
  RuntimeManagementConfig: harmless('the runtime is the Node that runs the local AWS'),
  RecursiveLoop: harmless('loops between functions and queues are not looked for'),
  PackageType: z.literal('Zip').optional(),
  Tags: tags,
});

type FunctionProperties = z.output<typeof Function_>;

export const lambdaFunction: ResourceType<Services> = resourceType(Function_, {
  named: 'FunctionName',
  replacedBy: ['FunctionName', 'PackageType'],
  create: async (properties, context) => {
    const name = properties.FunctionName ?? physicalName(context);
    const fn = context.services.lambda.createFunction(await settingsOf(name, properties, context));
    return { ref: name, attributes: { Arn: fn.arn } };
  },
  update: {
    properties: Object.keys(Function_.shape) as (keyof FunctionProperties)[],
    run: async ({ ref: name, attributes, properties: before }, properties, context) => {
      if ((before.DurableConfig === undefined) !== (properties.DurableConfig === undefined)) {
        throw new Error('DurableConfig can only be set when a function is created');
      }
      context.services.lambda.updateFunction(attributes['Arn']!, await settingsOf(name, properties, context));
    },
  },
  remove: ({ ref: name, attributes }, { account, region, services: { lambda } }) => {
    const isThere = lambda.functions.find({ account, region, name, qualifier: undefined }) !== undefined;
    if (isThere) lambda.deleteFunction(attributes['Arn']!);
  },
});

async function settingsOf(name: string, properties: FunctionProperties, context: Context): Promise<FunctionSettings> {
  const { account, region } = context;
  const { hash, folder } = await codeOf(properties.Code, context);
  const logging = properties.LoggingConfig ?? Logging.parse({});
  return {
    account,
    region,
    name,
    description: properties.Description,
    runtime: properties.Runtime,
    handler: properties.Handler,
    roleArn: properties.Role,
    taskRoot: folder,
    codeHash: hash,
    timeoutSeconds: properties.Timeout,
    memorySizeMb: properties.MemorySize,
    environment: properties.Environment?.Variables ?? {},
    reservedConcurrency: properties.ReservedConcurrentExecutions,
    durable: properties.DurableConfig && {
      executionTimeoutSeconds: properties.DurableConfig.ExecutionTimeout,
      retentionDays: properties.DurableConfig.RetentionPeriodInDays,
    },
    logging: {
      group: logging.LogGroup ?? `/aws/lambda/${name}`,
      format: logging.LogFormat,
      applicationLevel: logging.ApplicationLogLevel,
      systemLevel: logging.SystemLogLevel,
    },
  };
}

/** Code comes out of the assembly's folders where these are at hand, else out of the bucket, where a deployment by request has put it. */
async function codeOf({ S3Bucket, S3Key }: FunctionProperties['Code'], { assets, services }: Context): Promise<Code> {
  const hash = S3Key.replace(/\.zip$/, '');
  const folder = assets.get(hash);
  if (folder !== undefined) return { hash, folder };
  const isInBucket = services.s3.buckets().some(({ settings }) => settings.name === S3Bucket);
  if (!isInBucket)
    throw new Error(`Code.S3Key ${S3Key} is no code asset of this stack, and there is no bucket ${S3Bucket}`);
  return services.codeArchives.unpack(S3Bucket, S3Key);
}
