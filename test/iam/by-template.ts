/** The sides of account B and of a customer as their templates make them, in the place of the CDK's. */
import { readFileSync } from 'node:fs';
import { type StackInput, type Template, templateStack } from '../../emulator/index.ts';
import { ACCOUNT_C, CUSTOMER_BUCKET } from '../support/pulling.ts';
import { pullingRoute } from '../support/stacks.ts';
import { ACCOUNT_A, ACCOUNT_B, DESTINATION_BUCKET, EXTERNAL_ID, PREFIX, REGION } from '../support/two-accounts.ts';
import { PULLED_PREFIX } from './proof-world.ts';

function fromTemplate(kind: string, account: string, name: string, parameters: Record<string, string>): StackInput {
  const file = new URL(`../../infra/templates/upload-relay-${kind}.template.json`, import.meta.url);
  const template = JSON.parse(readFileSync(file, 'utf8')) as Template;
  const given = { RelayAccount: ACCOUNT_A, ExternalId: EXTERNAL_ID, ...parameters };
  return templateStack({ account, region: REGION, name, template, parameters: given });
}

/** @param kmsKeyArn of the customer's bucket */
export function byTemplate(kmsKeyArn: string): StackInput[] {
  const { pull, destination, writerRoleName } = pullingRoute() as ReturnType<typeof pullingRoute> & {
    pull: { externalId: string };
  };
  return [
    fromTemplate('destination', ACCOUNT_B, 'by-template', {
      BucketName: DESTINATION_BUCKET,
      Prefix: PREFIX,
    }),
    fromTemplate('destination', ACCOUNT_B, 'by-template-too', {
      CreateBucket: 'no',
      BucketName: DESTINATION_BUCKET,
      Prefix: destination.prefix,
      CopyTags: 'yes',
      WriterRoleName: `${writerRoleName}`,
    }),
    fromTemplate('reader', ACCOUNT_C, 'by-template', {
      ExternalId: pull.externalId,
      BucketName: CUSTOMER_BUCKET,
      Prefix: PULLED_PREFIX,
      CopyTags: 'yes',
      Encryption: 'SSE-KMS',
      KmsKeyId: kmsKeyArn.split('/')[1]!,
    }),
  ];
}
