/** The parameters of all accounts and regions. */
import { type Keeper, refill } from '../../core/keeper.ts';
import { arnOf, type Place } from '../../core/partition.ts';

export interface StoredParameter {
  name: string;
  value: string;
  arn: string;
  modified: Date;
}

/** The SSM parameter store of all accounts and regions: plain texts, without a history. */
export class ParameterStore implements Keeper {
  readonly #parameters = new Map<string, StoredParameter>();

  snapshot(): ReadonlyMap<string, StoredParameter> {
    return this.#parameters;
  }

  restore(kept: ReadonlyMap<string, StoredParameter>): void {
    refill(this.#parameters, kept);
  }

  find(place: Place, name: string): StoredParameter | undefined {
    return this.#parameters.get(parameterArn(place, name));
  }

  put(place: Place, name: string, value: string, modified: Date): StoredParameter {
    const arn = parameterArn(place, name);
    const parameter = { name, value, arn, modified };
    this.#parameters.set(arn, parameter);
    return parameter;
  }

  remove(place: Place, name: string): void {
    this.#parameters.delete(parameterArn(place, name));
  }

  arns(): string[] {
    return [...this.#parameters.keys()];
  }
}

/** The slash at the beginning of a path is not written twice. */
export function parameterArn(place: Place, name: string): string {
  return arnOf('ssm', place, `parameter/${name.replace(/^\//, '')}`);
}
