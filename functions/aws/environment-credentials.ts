/**
 * Replaces `@aws-sdk/credential-provider-node` in the bundles (infra/constructs/function-code.ts). Lambda gives a function its role's
 * session in environment variables. The SDK's own chain would find it there too, but it also looks for profiles, single sign-on and
 * metadata services: an eighth of the bundle, and a way to credentials that nobody intended.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
import { fromEnv } from '@aws-sdk/credential-provider-env';

export const defaultProvider = fromEnv;
