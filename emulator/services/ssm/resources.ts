/** AWS::SSM::Parameter: plain texts by name. */
import { z } from 'zod';
import type { Clock } from '../../core/api.ts';
import { alreadyExists, harmless, type ResourceTypes, resourceType } from '../../templates/resource-type.ts';
import type { ParameterStore } from './store.ts';

/** What these resources are made in. */
export interface Services {
  parameters: ParameterStore;
  clock: Clock;
}

const Parameter = z.strictObject({
  Name: z.string(),
  Type: z.literal('String'),
  /** Parameter Store, standard tier: https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm */
  Value: z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1).max(4096)),
  Description: harmless('a text for people'),
});

export const ssmTypes: ResourceTypes<Services> = {
  'AWS::SSM::Parameter': resourceType(Parameter, {
    named: 'Name',
    replacedBy: ['Name', 'Type'],
    create: ({ Name, Value }, context) => {
      const { parameters } = context.services;
      if (parameters.find(context, Name)) throw alreadyExists('AWS::SSM::Parameter', 'Name', Name);
      parameters.put(context, Name, Value, new Date(context.services.clock()));
      return { ref: Name, attributes: { Type: 'String', Value } };
    },
    update: {
      properties: ['Value'],
      run: ({ ref }, { Value }, context) => {
        context.services.parameters.put(context, ref, Value, new Date(context.services.clock()));
      },
    },
    remove: ({ ref }, context) => context.services.parameters.remove(context, ref),
  }),
};
