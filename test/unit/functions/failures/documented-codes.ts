/**
 * The error codes that AWS documents, each with the status of its answer. The table of failures must have a row for each on
 * purpose.
 *
 * Not here are those of S3 SELECT, S3 on Outposts, Storage Lens, Access Grants, S3 Tables and FSx: other endpoints answer them.
 */

type Codes = Readonly<Record<string, number>>;

/** By status, then separated by blanks. */
const statuses = (byStatus: Record<number, string>): Codes =>
  Object.fromEntries(
    Object.entries(byStatus).flatMap(([status, codes]) =>
      codes
        .trim()
        .split(/\s+/)
        .map((code) => [code, Number(status)]),
    ),
  );

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: the general list, and those about replication, tagging, Object
 * Lambda and asynchronous requests. The SDK's documentation of S3's `Error` has some more, of older times.
 */
export const S3_CODES: Codes = statuses({
  301: 'PermanentRedirect PermanentRedirectControlError',
  304: 'NotModified',
  307: 'Redirect TemporaryRedirect',
  400: `
    AccessControlListNotSupported AmbiguousGrantByEmailAddress AuthorizationHeaderMalformed AuthorizationQueryParametersError
    BadDigest BucketHasAccessPointsAttached ConnectionClosedByRequester CredentialsNotSupported DeviceNotActiveError
    EndpointNotFound EntityTooLarge EntityTooSmall ExpiredToken IllegalLocationConstraintException
    IllegalVersioningConfigurationException IncompleteBody IncorrectEndpoint IncorrectNumberOfFilesInPostRequest
    InlineDataTooLarge InvalidAccessPoint InvalidAccessPointAliasError InvalidAddressingHeader InvalidArgument
    InvalidBucketAclWithObjectOwnership InvalidBucketName InvalidBucketOwnerAWSAccountID InvalidDigest
    InvalidEncryptionAlgorithmError InvalidHostHeader InvalidHttpMethod InvalidLocationConstraint InvalidPart InvalidPartOrder
    InvalidPolicyDocument InvalidRequest InvalidSOAPRequest InvalidSessionException InvalidSignature InvalidStorageClass
    InvalidTag InvalidTargetBucketForLogging InvalidToken InvalidURI KMS.DisabledException KMS.InvalidKeyUsageException
    KMS.KMSInvalidStateException KMS.NotFoundException KeyTooLongError LambdaInvalidResponse LambdaInvocationFailed
    MalformedACLError MalformedPOSTRequest MalformedPolicy MalformedXML MaxMessageLengthExceeded
    MaxPostPreDataLengthExceededError MetadataTooLarge MissingAttachment MissingRequestBodyError MissingSecurityElement
    MissingSecurityHeader NoLoggingStatusForKey NotDeviceOwnerError RequestHeaderSectionTooLarge RequestIsNotMultiPartContent
    RequestTimeout RequestTorrentOfBucketError ResponseInterrupted ServerSideEncryptionConfigurationNotFoundError
    TagPolicyException TokenCodeInvalidError TokenRefreshRequired TooManyAccessPoints TooManyBuckets
    TooManyMultiRegionAccessPointregionsError TooManyMultiRegionAccessPoints UnexpectedContent UnresolvableGrantByEmailAddress
    UnsupportedArgument UnsupportedSignature UserKeyMustBeSpecified ValidationError XAmzContentSHA256Mismatch
  `,
  403: `
    AccessDenied AccountProblem AllAccessDisabled CrossLocationLoggingProhibited InvalidAccessKeyId InvalidObjectState
    InvalidPayer InvalidRegion InvalidSecurity LambdaPermissionError MissingAuthenticationToken NotSignedUp
    ObjectNotInActiveTierError RequestTimeTooSkewed SignatureDoesNotMatch UnauthorizedAccessError UnexpectedIPError
  `,
  404: `
    LambdaNotFound NoSuchAccessPoint NoSuchAsyncRequest NoSuchBucket NoSuchBucketPolicy NoSuchCORSConfiguration NoSuchKey
    NoSuchLifecycleConfiguration NoSuchMultiRegionAccessPoint NoSuchObjectLockConfiguration NoSuchTagSet NoSuchUpload
    NoSuchVersion NoSuchWebsiteConfiguration NoTransformationDefined ObjectLockConfigurationNotFoundError
    OwnershipControlsNotFoundError ReplicationConfigurationNotFoundError
  `,
  405: 'MethodNotAllowed',
  409: `
    AccessPointAlreadyOwnedByYou BucketAlreadyExists BucketAlreadyOwnedByYou BucketNotEmpty ClientTokenConflict
    ConditionalRequestConflict InvalidBucketState OperationAborted RestoreAlreadyInProgress
  `,
  411: 'MissingContentLength',
  412: 'PreconditionFailed',
  416: 'InvalidRange',
  500: 'InternalError',
  501: 'NotImplemented',
  503: 'ServiceUnavailable SlowDown',
});

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html, in its present form and in the one before. */
const COMMON_CODES: Codes = statuses({
  400: `
    AccessDeniedException IncompleteSignature InvalidAction InvalidParameterCombination InvalidParameterValue
    MalformedHttpRequestException MissingAction MissingParameter NotAuthorized RequestAbortedException RequestExpired
    ThrottlingException Throttling ValidationError ValidationException
  `,
  403: 'ExpiredTokenException InvalidClientTokenId MissingAuthenticationToken OptInRequired UnrecognizedClientException',
  404: 'InvalidQueryParameter MalformedQueryString UnknownOperationException',
  408: 'RequestTimeoutException',
  413: 'RequestEntityTooLargeException',
  500: 'InternalFailure',
  503: 'ServiceUnavailable',
});

/**
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_Errors, and those of the service's other operations. The
 * SDK writes some with `Exception` at their end where the service doesn't.
 */
export const STS_CODES: Codes = {
  ...COMMON_CODES,
  ...statuses({
    400: `
      ExpiredTokenException MalformedPolicyDocument MalformedPolicyDocumentException PackedPolicyTooLarge
      PackedPolicyTooLargeException IDPCommunicationError IDPCommunicationErrorException InvalidIdentityToken
      InvalidIdentityTokenException InvalidAuthorizationMessageException ExpiredTradeInTokenException
      JWTPayloadSizeExceededException
    `,
    403: `
      AccessDenied RegionDisabledException IDPRejectedClaim IDPRejectedClaimException SignatureDoesNotMatch
      OutboundWebIdentityFederationDisabledException SessionDurationEscalationException
    `,
  }),
};

/**
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html#API_Decrypt_Errors and API_GenerateDataKey, the two that S3 calls, with the common
 * ones. S3 hands them on with `KMS.` before them and 400.
 */
export const KMS_CODES: readonly string[] = [
  ...Object.keys(COMMON_CODES),
  ...`
    DependencyTimeoutException DisabledException DryRunOperationException IncorrectKeyException InvalidCiphertextException
    InvalidGrantTokenException InvalidKeyUsageException KeyUnavailableException KMSInternalException KMSInvalidStateException
    NotFoundException LimitExceededException UnsupportedOperationException InvalidArnException
  `
    .trim()
    .split(/\s+/),
];
