/** AWS::ECR::Repository, which the CDK's bootstrap makes for images. */
import { z } from 'zod';
import {
  alreadyExists,
  harmless,
  physicalName,
  policyDocument,
  type ResourceTypes,
  resourceType,
  tags,
} from '../../templates/resource-type.ts';
import type { Repositories } from './store.ts';

/** What these resources are made in. */
export interface Services {
  repositories: Repositories;
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
const repositoryName = z
  .string()
  .min(2)
  .max(256)
  .regex(/^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/);
const NO_IMAGES = 'no operation here puts an image into a repository';

const Repository = z.strictObject({
  RepositoryName: repositoryName.optional(),
  ImageTagMutability: harmless(NO_IMAGES, z.enum(['MUTABLE', 'IMMUTABLE'])),
  ImageScanningConfiguration: harmless(NO_IMAGES, z.strictObject({ ScanOnPush: z.boolean().optional() })),
  LifecyclePolicy: harmless(
    NO_IMAGES,
    z.strictObject({ LifecyclePolicyText: z.string().min(100).max(30_720), RegistryId: z.string().optional() }),
  ),
  RepositoryPolicyText: harmless('nothing asks a repository for anything', policyDocument),
  Tags: tags,
});

export const ecrTypes: ResourceTypes<Services> = {
  'AWS::ECR::Repository': resourceType(Repository, {
    named: 'RepositoryName',
    replacedBy: ['RepositoryName'],
    create: ({ RepositoryName }, context) => {
      const { repositories } = context.services;
      const name = RepositoryName ?? physicalName(context, 256).toLowerCase();
      if (repositories.find(context, name)) throw alreadyExists('AWS::ECR::Repository', 'RepositoryName', name);
      const { arn, uri } = repositories.add(context, name);
      return { ref: name, attributes: { Arn: arn, RepositoryUri: uri } };
    },
    remove: ({ attributes }, { services }) => services.repositories.remove(attributes['Arn']!),
  }),
};
