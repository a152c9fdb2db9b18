/** Which condition keys a request has here, by action. A policy that names another one is refused. */

/** Of each action. Those that only a caller of some kind has are set, too: AWS leaves them out of the others' requests. */
export const SET_GLOBALLY = [
  'aws:CurrentTime',
  'aws:EpochTime',
  'aws:MultiFactorAuthPresent',
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'aws:PrincipalIsAWSService',
  'aws:PrincipalOrgID',
  'aws:PrincipalServiceName',
  'aws:PrincipalTag/*',
  'aws:PrincipalType',
  'aws:referer',
  'aws:RequestedRegion',
  'aws:ResourceAccount',
  'aws:ResourceOrgID',
  'aws:SecureTransport',
  'aws:SourceAccount',
  'aws:SourceArn',
  'aws:SourceIp',
  'aws:TokenIssueTime',
  'aws:UserAgent',
  'aws:userid',
  'aws:username',
  'aws:ViaAWSService',
];

const GRANTS = ['full-control', 'read', 'read-acp', 'write', 'write-acp'].map((name) => `s3:x-amz-grant-${name}`);
const CRYPTOGRAPHIC = ['kms:EncryptionAlgorithm', 'kms:EncryptionContext:*', 'kms:EncryptionContextKeys'];
const LISTING = ['s3:delimiter', 's3:max-keys', 's3:prefix'];

const TAG_OF_RESOURCE = ['aws:ResourceTag/*'];
const TAGS_OF_REQUEST = ['aws:RequestTag/*', 'aws:TagKeys'];
const ABOUT_ATTACHMENTS = ['iam:PermissionsBoundary', 'iam:PolicyARN'];

/** Of actions by their patterns. */
export const SET_BY_ACTION: Readonly<Record<string, readonly string[]>> = {
  'events:*Rule': ['events:creatorAccount'],
  'events:*Targets': ['events:creatorAccount'],
  'events:PutEvents': ['events:detail-type', 'events:source'],
  'iam:*RoleToInstanceProfile': TAG_OF_RESOURCE,
  'iam:*RoleFromInstanceProfile': TAG_OF_RESOURCE,
  'iam:*InstanceProfileTags': TAG_OF_RESOURCE,
  'iam:AttachGroupPolicy': ['iam:PolicyARN'],
  'iam:AttachRolePolicy': ABOUT_ATTACHMENTS,
  'iam:AttachUserPolicy': ABOUT_ATTACHMENTS,
  'iam:CreateInstanceProfile': TAGS_OF_REQUEST,
  'iam:CreatePolicy': TAGS_OF_REQUEST,
  'iam:CreatePolicyVersion': TAG_OF_RESOURCE,
  'iam:CreateRole': [...TAGS_OF_REQUEST, 'iam:PermissionsBoundary'],
  'iam:CreateUser': [...TAGS_OF_REQUEST, 'iam:PermissionsBoundary'],
  'iam:DeleteInstanceProfile': TAG_OF_RESOURCE,
  'iam:DeletePolicy*': TAG_OF_RESOURCE,
  'iam:DeleteRole*': ['iam:PermissionsBoundary'],
  'iam:DeleteUserP*': ['iam:PermissionsBoundary'],
  'iam:DetachGroupPolicy': ['iam:PolicyARN'],
  'iam:DetachRolePolicy': ABOUT_ATTACHMENTS,
  'iam:DetachUserPolicy': ABOUT_ATTACHMENTS,
  'iam:GetInstanceProfile': TAG_OF_RESOURCE,
  'iam:GetPolicy*': TAG_OF_RESOURCE,
  'iam:GetRole': ['iam:PermissionsBoundary'],
  'iam:ListEntitiesForPolicy': TAG_OF_RESOURCE,
  'iam:ListPolicy*': TAG_OF_RESOURCE,
  'iam:PassRole': ['iam:PassedToService'],
  'iam:PutRoleP*': ['iam:PermissionsBoundary'],
  'iam:PutUserP*': ['iam:PermissionsBoundary'],
  'iam:SetDefaultPolicyVersion': TAG_OF_RESOURCE,
  'iam:Tag*': [...TAG_OF_RESOURCE, ...TAGS_OF_REQUEST],
  'iam:Untag*': [...TAG_OF_RESOURCE, 'aws:TagKeys'],
  'iam:UpdateAssumeRolePolicy': ['iam:PermissionsBoundary'],
  'iam:UpdateRole': ['iam:PermissionsBoundary'],
  'kms:*': ['kms:CallerAccount', 'kms:ViaService'],
  'kms:Decrypt': CRYPTOGRAPHIC,
  'kms:Encrypt': CRYPTOGRAPHIC,
  'kms:GenerateDataKey': CRYPTOGRAPHIC,
  'lambda:*EventSourceMapping': ['lambda:FunctionArn'],
  's3:*': [
    's3:authType',
    's3:ResourceAccount',
    's3:signatureAge',
    's3:signatureversion',
    's3:TlsVersion',
    's3:x-amz-content-sha256',
  ],
  's3:DeleteObject*Tagging': ['s3:ExistingObjectTag/*'],
  's3:DeleteObjectVersion*': ['s3:versionid'],
  's3:GetObject*': ['s3:ExistingObjectTag/*'],
  's3:GetObjectVersion*': ['s3:versionid'],
  's3:ListBucket': LISTING,
  's3:ListBucketVersions': LISTING,
  's3:PutObject': [
    's3:if-match',
    's3:if-none-match',
    's3:ObjectCreationOperation',
    's3:RequestObjectTag/*',
    's3:RequestObjectTagKeys',
    's3:x-amz-acl',
    's3:x-amz-copy-source',
    ...GRANTS,
    's3:x-amz-metadata-directive',
    's3:x-amz-server-side-encryption',
    's3:x-amz-server-side-encryption-aws-kms-key-id',
    's3:x-amz-storage-class',
    's3:x-amz-website-redirect-location',
  ],
  's3:PutObject*Tagging': ['s3:ExistingObjectTag/*', 's3:RequestObjectTag/*', 's3:RequestObjectTagKeys'],
  's3:PutObjectAcl': ['s3:x-amz-acl', 's3:x-amz-storage-class', ...GRANTS],
  's3:PutObjectVersion*': ['s3:versionid'],
  'sts:AssumeRole': ['aws:ResourceTag/*', 'iam:ResourceTag/*', 'sts:ExternalId', 'sts:RoleSessionName'],
};

/** Actions of IAM whose resource is a user or a role, with the tags that it has. */
export const SET_BY_TAGGED =
  /^iam:(PassRole|(Create|Delete|Update|List)AccessKeys?|UpdateAssumeRolePolicy|\w+(User|Role)|\w+(User|Role)(Policy|Policies|PermissionsBoundary|Tags))$/i;
