/** What the answers of `init` are in a CDK app. Pure. */
import { type Answers, ROUTE } from './questions.ts';

export function snippetOf(answers: Answers): string {
  const said = (name: string) => quoted(String(answers[name]));
  const prefix = answers['prefix'] ? [`prefix: ${said('prefix')},`] : [];
  const existing = (name: string, bucket: string) => `Bucket.fromBucketName(this, '${name}', ${said(bucket)})`;
  const isSourceThere = answers['existing-source'] === true;
  const isDestinationThere = answers['existing-destination'] === true;
  const source = isSourceThere ? existing('Uploads', 'source-bucket') : `{ bucketName: ${said('source-bucket')} }`;
  const destination = isDestinationThere
    ? `bucket: ${existing('Arrivals', 'destination-bucket')},`
    : `bucketName: ${said('destination-bucket')},`;
  return [
    ...(isSourceThere || isDestinationThere ? ["import { Bucket } from 'aws-cdk-lib/aws-s3';"] : []),
    "import { UploadDestination, UploadRelay, UploadRoute } from 'upload-relay';",
    '',
    `// In a stack of account ${answers['source-account']}, region ${answers['source-region']}:`,
    "new UploadRelay(this, 'Relay', {",
    `  source: ${source},`,
    '  routes: [',
    '    UploadRoute.to({',
    ...[
      `name: '${ROUTE}',`,
      `account: ${said('destination-account')},`,
      `region: ${said('destination-region')},`,
      `bucket: ${said('destination-bucket')},`,
      ...prefix,
      `externalId: ${said('external-id')},`,
    ].map((line) => `      ${line}`),
    '    }),',
    '  ],',
    '});',
    '',
    `// In a stack of account ${answers['destination-account']}, region ${answers['destination-region']}; or that account deploys`,
    '// what "npx upload-relay template destination" prints:',
    "new UploadDestination(this, 'FromA', {",
    ...[`relayAccount: ${said('source-account')},`, destination, ...prefix, `externalId: ${said('external-id')},`].map(
      (line) => `  ${line}`,
    ),
    '});',
    '',
  ].join('\n');
}

/** As a text of TypeScript. */
function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
