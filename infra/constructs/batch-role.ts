/** The role of S3 Batch Operations jobs that invoke the relay. */
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { functionArn, objectsArn } from '../arns.ts';
import type { RelayContext } from '../config/relay-context.ts';
import { REPORTS_PREFIX, relayNames } from '../names.ts';
import { acknowledgeFinding } from './nag-suppressions.ts';
import { atPath } from './role-path.ts';

export interface BatchRoleProps {
  config: RelayContext;
  /** Holds the manifests, and gets the reports. */
  bucket: string;
}

/**
 * S3 Batch Operations jobs act in it when they invoke the relay for each object of a manifest: docs/replay.md. Whoever creates a job
 * needs `s3:CreateJob`, and `iam:PassRole` for this role.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-iam-role-policies.html
 */
export class BatchRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { config, bucket }: BatchRoleProps) {
    super(scope, id);
    const { source } = config;
    const { batchRole, relayFunction } = relayNames(config);
    this.role = new Role(this, 'Role', {
      roleName: batchRole,
      ...atPath(source.rolePath),
      description: 'Upload Relay: S3 Batch Operations jobs that invoke the relay',
      // A job is created with the role, so the job's ARN can't be a condition of the role's trust.
      assumedBy: new ServicePrincipal('batchoperations.s3.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': source.account } },
      }),
    });
    const manifests = objectsArn(bucket, source.region, '');
    const reports = objectsArn(bucket, source.region, REPORTS_PREFIX);
    this.#allow('InvokeRelay', ['lambda:InvokeFunction'], functionArn(source, relayFunction));
    this.#allow('ReadManifest', ['s3:GetObject', 's3:GetObjectVersion'], manifests);
    this.#allow('WriteReports', ['s3:PutObject'], reports);
    acknowledgeFinding(
      this.role,
      `IAM5[Resource::${manifests}]`,
      'The bucket holds manifests, whose keys S3 Inventory makes up.',
    );
    acknowledgeFinding(this.role, `IAM5[Resource::${reports}]`, 'Reports go under a key with the id of their job.');
  }

  #allow(sid: string, actions: string[], resource: string): void {
    this.role.addToPolicy(new PolicyStatement({ sid, effect: Effect.ALLOW, actions, resources: [resource] }));
  }
}
