/** The image repositories of all accounts and regions. They are empty: no operation here puts an image into one. */
import { type Keeper, refill } from '../../core/keeper.ts';
import { arnOf, dnsSuffixOf, type Place } from '../../core/partition.ts';

export interface Repository {
  name: string;
  arn: string;
  uri: string;
}

export class Repositories implements Keeper {
  readonly #repositories = new Map<string, Repository>();

  snapshot(): ReadonlyMap<string, Repository> {
    return this.#repositories;
  }

  restore(kept: ReadonlyMap<string, Repository>): void {
    refill(this.#repositories, kept);
  }

  find(place: Place, name: string): Repository | undefined {
    return this.#repositories.get(arnOf('ecr', place, `repository/${name}`));
  }

  add(place: Place, name: string): Repository {
    const arn = arnOf('ecr', place, `repository/${name}`);
    const uri = `${place.account}.dkr.ecr.${place.region}.${dnsSuffixOf(place.region)}/${name}`;
    const repository = { name, arn, uri };
    this.#repositories.set(arn, repository);
    return repository;
  }

  remove(arn: string): void {
    this.#repositories.delete(arn);
  }

  arns(): string[] {
    return [...this.#repositories.keys()];
  }
}
