/** What each check and attempt is given. */
import type { PolicyDocument } from '../../emulator/index.ts';
import type { InvokeAnswer, TwoAccounts } from '../support/two-accounts.ts';
import type { Place } from './places.ts';

/** What the route that pulls takes. */
export const PULLED_PREFIX = 'reports/';

export interface ProofWorld extends TwoAccounts {
  /** What the configuration is, for people. */
  configuration: string;
  /** Whether a route pulls from account C's bucket. */
  pulls: boolean;
  places: Place[];
  /** What confines each session just now, by the name of its place. */
  sessionPolicies: ReadonlyMap<string, PolicyDocument>;
  /** What somebody else's key has encrypted, by account. */
  elsewhere: ReadonlyMap<string, EncryptedElsewhere>;
  /** Invokes the relay, or the function named, in an environment that has never run, with no session of its own yet. */
  invokeFresh(event: unknown, functionName?: string): Promise<InvokeAnswer>;
}

export interface EncryptedElsewhere {
  keyArn: string;
  /** In base64. */
  ciphertext: string;
  /** Of an object in the account's bucket that is being uploaded in parts. */
  uploadId: string;
}
