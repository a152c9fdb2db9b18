/** How a type of resource is described: the properties it knows, and how to make one. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ResourceAnswers } from './intrinsics.ts';

/**
 * Where a resource is made. `Services` are those that its type works with: each type names its own, and the root of the
 * emulator, which lists all types, gives them. Nothing in templates/ looks into them.
 */
export interface DeployContext<Services = unknown> {
  services: Services;
  account: string;
  region: string;
  stackName: string;
  logicalId: string;
  /** How many resources the stack's name and this logical id have had before: each gets another name. */
  generation: number;
  /** Code folders by asset hash. */
  assets: ReadonlyMap<string, string>;
}

/** A resource that is there, for whoever changes or removes it. */
export interface Made<P> extends ResourceAnswers {
  properties: P;
}

/** How a kind of resource lives. Update behaviours are those of the CloudFormation Template Reference, "Update requires". */
export interface ResourceLife<P, Services = unknown> {
  /** The property by which a template names the resource; without it CloudFormation makes a name. */
  named?: keyof P & string;
  /** A change of these makes another resource, which takes the place of the old one. */
  replacedBy: readonly (keyof P & string)[];
  /** @throws HalfMade when something is there that must be removed all the same */
  create(properties: P, context: DeployContext<Services>): ResourceAnswers | Promise<ResourceAnswers>;
  /**
   * What a resource of that name answers that is there already, for a stack that takes it over as it is; undefined when there is none. A type
   * without it can't be imported.
   */
  find?(
    name: string,
    context: DeployContext<Services>,
  ): ResourceAnswers | undefined | Promise<ResourceAnswers | undefined>;
  /** A change of these is made in place. A change of any other property is refused, unless it is harmless. */
  update?: {
    properties: readonly (keyof P & string)[];
    run(made: Made<P>, properties: P, context: DeployContext<Services>): void | Promise<void>;
  };
  /** What is gone already is removed, too. */
  remove(made: Made<P>, context: DeployContext<Services>): void | Promise<void>;
}

export interface ResourceType<Services = unknown> extends ResourceLife<never, Services> {
  /** The schema is strict at every level: what it doesn't name is refused. */
  schema: z.ZodObject;
}

/** By their names, such as `AWS::S3::Bucket`. */
export type ResourceTypes<Services = unknown> = Readonly<Record<string, ResourceType<Services>>>;

export function resourceType<S extends z.ZodObject, Services>(
  schema: S,
  life: ResourceLife<z.output<S>, Services>,
): ResourceType<Services> {
  return { ...(life as ResourceLife<never, Services>), schema };
}

/** A resource that could not be finished, and is there. */
export class HalfMade extends Error {
  readonly answers: ResourceAnswers;

  constructor(answers: ResourceAnswers, cause: unknown) {
    super((cause as Error).message, { cause });
    this.name = 'HalfMade';
    this.answers = answers;
  }
}

/** In the words of CloudFormation's own resource handlers. */
export function alreadyExists(type: string, property: string, name: string): Error {
  const identifier = JSON.stringify({ [`/properties/${property}`]: name });
  return new Error(`Resource of type '${type}' with identifier '${identifier}' already exists.`);
}

/** A name as CloudFormation makes one for a resource that has none: the same for the same stack at each start. */
export function physicalName(context: DeployContext, maxLength = 64): string {
  const { stackName, logicalId } = context;
  const suffix = uniqueDigest(context).slice(0, 12);
  return `${`${stackName}-${logicalId}`.slice(0, maxLength - 13)}-${suffix.toUpperCase()}`;
}

/** 64 hexadecimal digits that no other resource has. */
export function uniqueDigest({ account, region, stackName, logicalId, generation }: DeployContext): string {
  const what = [account, region, stackName, logicalId, ...(generation === 0 ? [] : [generation])];
  return createHash('sha256').update(what.join(' ')).digest('hex');
}

const harmlessSchemas = new WeakSet<object>();

/**
 * A property that is taken and not acted upon; the reason says why nobody can notice here.
 * @param shape what it must be all the same
 */
export function harmless(_reason: string, shape: z.ZodType = z.unknown()) {
  const schema = shape.optional();
  harmlessSchemas.add(schema);
  return schema;
}

export function isHarmless({ schema }: ResourceType, property: string): boolean {
  const shape: Record<string, object> = schema.shape;
  return property in shape && harmlessSchemas.has(shape[property]!);
}

/** Tags of resources, but for users and roles. A policy that names one is refused. */
export const tags = harmless('no policy here can name a resource tag');

/** CloudFormation takes numbers and booleans as text too. */
export const integer = (minimum: number, maximum: number) =>
  z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.number().int().min(minimum).max(maximum));

export const boolean = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]);

/** A policy is checked by the policy parser, in AWS's words, not by the schema. */
export const policyDocument = z.record(z.string(), z.unknown());
