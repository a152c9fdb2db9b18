/** The keys that requests are signed with, and how a service of AWS comes by those of a role. */
import type { ContextKeys, Principal } from './api.ts';

export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
}

/** An access key with whom it stands for. Temporary keys have a token and an end, in milliseconds since the epoch. */
export interface IssuedKey extends AccessKey {
  principal: Principal;
  temporary?: { sessionToken: string; expiresAt: number };
}

export interface Credentials extends AccessKey {
  sessionToken: string;
  expiration: Date;
}

/** Where the gateway and the services look keys up. */
export interface KeyFinder {
  /** Expired sessions are still found: their caller is told that the token has expired. */
  findAccessKey(accessKeyId: string): IssuedKey | undefined;
}

export interface ServiceAssumption {
  roleArn: string;
  /** e.g. `lambda.amazonaws.com` */
  service: string;
  sessionName: string;
  durationSeconds: number;
  /** e.g. aws:SourceArn, aws:SourceAccount */
  context?: ContextKeys;
}

/** @throws ApiError `AccessDenied` (403) when the role doesn't exist or doesn't trust the service */
export type AssumeAsService = (assumption: ServiceAssumption) => Credentials;
