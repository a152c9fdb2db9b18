/** Reads what `cdk synth` writes: the stacks of a cloud assembly, each with its template and the folders of its code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Template } from './intrinsics.ts';

/** One stack to deploy into one account and region. */
export interface StackInput {
  name: string;
  account: string;
  region: string;
  template: Template;
  /** Whether a bucket carries the template to CloudFormation; without one it may have 51,200 bytes. */
  templateUploaded: boolean;
  /** Values for the template's parameters: the others keep what they have, or take their defaults. */
  parameters: Record<string, string>;
  /** What the SSM parameter store has for those that are read from there; left out, the version of the CDK's bootstrap is taken as right. */
  stored?: Record<string, string>;
  /** The folder of each code asset by its hash: a function's `S3Key` is `<hash>.zip`. Others lie in the bucket that it names. */
  assets: ReadonlyMap<string, string>;
}

/** The oldest manifest whose fields have been compared with this reader. */
const OLDEST_SCHEMA = 50;

const Artifact = z.object({
  type: z.string(),
  environment: z.string().optional(),
  dependencies: z.array(z.string()).default([]),
  properties: z.record(z.string(), z.unknown()).default({}),
});
const Manifest = z.object({ version: z.string(), artifacts: z.record(z.string(), Artifact).default({}) });
const AssetFile = z.object({ source: z.object({ path: z.string().optional(), packaging: z.string().optional() }) });
const AssetManifest = z.object({ files: z.record(z.string(), AssetFile).default({}) });
const TemplateShape = z.object({ Resources: z.record(z.string(), z.object({ Type: z.string() })) });

/** Where stacks go that name no account or region, as a profile says it to `cdk deploy`. */
export interface DefaultPlace {
  account: string;
  region: string;
}

/**
 * The stacks of an assembly folder, a stack after those it depends on.
 * @param place for stacks that name none
 * @throws Error when the folder holds no assembly, an older one, or a stack that names no account and region.
 */
export function readAssembly(folder: string, place?: DefaultPlace): StackInput[] {
  const manifest = readJson(folder, 'manifest.json', Manifest);
  if (Number.parseInt(manifest.version, 10) < OLDEST_SCHEMA) {
    throw new Error(`${folder}: assembly schema ${manifest.version} is too old; expected ${OLDEST_SCHEMA} or newer`);
  }
  const stacks: StackInput[] = [];
  for (const id of inOrder(manifest.artifacts)) {
    const artifact = manifest.artifacts[id]!;
    if (artifact.type === 'cdk:cloud-assembly')
      throw new Error(`${folder}: the nested assembly ${id} is not supported`);
    if (artifact.type === 'aws:cloudformation:stack')
      stacks.push(readStack(folder, id, artifact, manifest.artifacts, place));
  }
  return stacks;
}

/** A stack made of any other template, e.g. one written by hand for a test. */
export function templateStack(stack: {
  account: string;
  region: string;
  name: string;
  template: unknown;
  parameters?: Record<string, string>;
  assets?: ReadonlyMap<string, string>;
  templateUploaded?: boolean;
}): StackInput {
  TemplateShape.parse(stack.template);
  return { parameters: {}, assets: new Map(), templateUploaded: false, ...stack, template: stack.template as Template };
}

type Artifacts = z.infer<typeof Manifest>['artifacts'];

function readStack(
  folder: string,
  id: string,
  artifact: z.infer<typeof Artifact>,
  all: Artifacts,
  place: DefaultPlace | undefined,
): StackInput {
  const named = (artifact.environment ?? '')
    .replace('unknown-account', (unknown) => place?.account ?? unknown)
    .replace('unknown-region', (unknown) => place?.region ?? unknown);
  const environment = /^aws:\/\/(\d{12})\/([a-z0-9-]+)$/.exec(named);
  if (!environment || environment[2] === 'unknown-region') {
    throw new Error(`Stack ${id} must name an account and a region; its environment is ${artifact.environment}`);
  }
  const { templateFile, stackName, stackTemplateAssetObjectUrl } = z
    .object({
      templateFile: z.string(),
      stackName: z.string().default(id),
      stackTemplateAssetObjectUrl: z.string().optional(),
    })
    .parse(artifact.properties);
  const assets = new Map<string, string>();
  for (const dependency of artifact.dependencies) {
    const manifest = all[dependency];
    if (manifest?.type !== 'cdk:asset-manifest') continue;
    const { files } = readJson(folder, z.string().parse(manifest.properties['file']), AssetManifest);
    for (const [hash, { source }] of Object.entries(files)) {
      if (source.packaging === 'zip' && source.path) assets.set(hash, join(folder, source.path));
    }
  }
  const template = readJson(folder, templateFile, z.unknown());
  const [account, region] = [environment[1]!, environment[2]!];
  const templateUploaded = stackTemplateAssetObjectUrl !== undefined;
  return templateStack({ name: stackName, account, region, template, assets, templateUploaded });
}

/** Each artifact after its dependencies; the CDK has refused circles already, and an artifact is visited once. */
function inOrder(artifacts: Artifacts): string[] {
  const ordered = new Set<string>();
  const visiting = new Set<string>();
  const visit = (id: string): void => {
    if (visiting.has(id)) return;
    visiting.add(id);
    for (const dependency of artifacts[id]?.dependencies ?? []) visit(dependency);
    if (artifacts[id]) ordered.add(id);
  };
  for (const id of Object.keys(artifacts)) visit(id);
  return [...ordered];
}

function readJson<T>(folder: string, file: string, shape: z.ZodType<T>): T {
  const path = join(folder, file);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${path} can't be read as part of a cloud assembly; run the synth first`, { cause });
  }
  const parsed = shape.safeParse(json);
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
