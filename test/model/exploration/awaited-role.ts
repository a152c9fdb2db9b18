import { refusalOf } from '../../../functions/aws/role-refusal.ts';
import { CONFIG } from './invocations.ts';
import type { Services } from './services.ts';

/** Those that begin to write: the SDK asks for a session of the writer role first. */
const BEGINNINGS = ['PutObject', 'CreateMultipartUpload'] as const;

/** The writer role comes into being after so many refusals, whoever met them. */
export function awaitingRole(services: Services, refusals: number): Services {
  let left = refusals;
  const refusing = { ...services };
  for (const operation of BEGINNINGS) {
    const serve = services[operation] as (input: object) => never;
    refusing[operation] = (input: object) => {
      if (left === 0) return serve(input);
      left--;
      throw refusal();
    };
  }
  return refusing;
}

function refusal(): Error {
  const { name, writerRoleArn, externalId } = CONFIG.routes[0]!;
  const role = { routeName: name, roleArn: writerRoleArn, externalId };
  return refusalOf(role, new Error('the schedule says so'), {}, { ...CONFIG, now: new Date(0) });
}
