import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands in for `@aws-sdk/credential-provider-node` in the bundles (infra/constructs/relay-code.ts). Lambda gives a function its role's
 * session in environment variables; the SDK's chain, which would find it there too, brings profiles, single sign-on and
 * metadata services along: an eighth of the bundle, and a way to credentials that nobody meant.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export const defaultProvider = fromEnv;
