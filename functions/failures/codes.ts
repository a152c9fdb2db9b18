/**
 * AWS's error codes by what they mean to a relay. They stand without `Exception` at the end, and KMS's as `KMS.<code>`, since
 * services write the same code in several ways: `bareCode`. test/unit/functions/failures/documented-codes.ts lists what AWS documents.
 */
const codes = (text: string): readonly string[] => text.trim().split(/\s+/);

/** The session has ended as sessions do. */
export const EXPIRED = codes('ExpiredToken TokenRefreshRequired InvalidSession');

/** The keys are of a session that AWS doesn't know (any more). */
export const UNKNOWN_KEYS = codes('InvalidAccessKeyId InvalidClientTokenId UnrecognizedClient InvalidSecurity');

export const CLOCK = codes('RequestTimeTooSkewed RequestExpired RequestInTheFuture');

export const SIGNATURE = codes(`
  SignatureDoesNotMatch InvalidSignature IncompleteSignature MissingAuthenticationToken MissingSecurityHeader
  AuthorizationQueryParametersError CredentialsNotSupported
`);

export const THROTTLED = codes(`
  SlowDown ServiceUnavailable Throttling Throttled RequestThrottled TooManyRequests RequestLimitExceeded BandwidthLimitExceeded
  LimitExceeded ProvisionedThroughputExceeded EC2Throttled
`);

/** Another request was at the same thing, or this one took too long. */
export const IN_CONFLICT = codes('OperationAborted ConditionalRequestConflict RequestAborted');

export const CUT_SHORT = codes('RequestTimeout IncompleteBody');

/** A fault of AWS's own. */
export const INTERNAL = codes(`
  InternalError InternalFailure InternalServiceError KMS.Internal KMS.DependencyTimeout KMS.KeyUnavailable
`);

/** By DNS, until it knows of a new bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingRouting.html */
export const REDIRECTED = codes('TemporaryRedirect Redirect');

export const OTHER_REGION = codes(`
  PermanentRedirect PermanentRedirectControlError AuthorizationHeaderMalformed IllegalLocationConstraint IncorrectEndpoint
  EndpointNotFound InvalidLocationConstraint
`);

/**
 * A region that has to be switched on takes only sessions that were made for it:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html
 */
export const REGION_OFF = codes('InvalidToken UnsupportedSignature RegionDisabled InvalidRegion');

export const ACCOUNT = codes(`
  AccountProblem NotSignedUp OptInRequired AllAccessDisabled InvalidPayer UnauthorizedAccessError UnexpectedIPError
`);

export const NO_BUCKET = codes(`
  NoSuchBucket InvalidBucketName NoSuchAccessPoint InvalidAccessPoint InvalidAccessPointAliasError NoSuchMultiRegionAccessPoint
`);

export const DENIED = codes('AccessDenied NotAuthorized');

/** https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html */
export const KEY_UNUSABLE = codes(`
  KMS.Disabled KMS.NotFound KMS.InvalidState KMS.InvalidKeyUsage KMS.IncorrectKey KMS.InvalidCiphertext KMS.InvalidGrantToken
  KMS.InvalidArn KMS.UnsupportedOperation KMS.DryRunOperation
`);

export const ARCHIVED = codes('InvalidObjectState ObjectNotInActiveTierError');

export const GONE = codes('NoSuchKey NoSuchVersion NotFound');

/** A range that isn't there any more says the same as a condition that doesn't hold. */
export const CHANGED = codes('PreconditionFailed InvalidRange');

export const WRONG_BYTES = codes('BadDigest XAmzContentSHA256Mismatch XAmzContentChecksumMismatch');

/** A part that was sent again meanwhile may have another ETag by now: SSE-KMS makes a new one of the same bytes. */
export const UPLOAD_GONE = codes('NoSuchUpload InvalidPart');

/** About the session policy: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_Errors */
export const SESSION_POLICY = codes('MalformedPolicyDocument PackedPolicyTooLarge ValidationError Validation');

/** What S3 finds wrong with a request of the kind that the relay makes. */
export const REFUSED = codes(`
  InvalidRequest BadRequest InvalidArgument InvalidDigest InvalidTag TagPolicy InvalidStorageClass
  InvalidEncryptionAlgorithmError EntityTooLarge EntityTooSmall MetadataTooLarge KeyTooLong KeyTooLongError InvalidPartOrder
  InvalidURI InvalidHostHeader InvalidHttpMethod InvalidBucketOwnerAWSAccountID InvalidBucketState MissingContentLength
  MethodNotAllowed NotImplemented AccessControlListNotSupported RequestHeaderSectionTooLarge MaxMessageLengthExceeded
  UnexpectedContent UnsupportedArgument MalformedXML MissingRequestBodyError ObjectLockConfigurationNotFoundError
  NoSuchObjectLockConfiguration ServerSideEncryptionConfigurationNotFoundError NotDeviceOwnerError DeviceNotActiveError
  TokenCodeInvalidError
`);

/** What AWS answers to requests that the relay never makes. */
export const OF_OTHER_REQUESTS = codes(`
  AccessPointAlreadyOwnedByYou AmbiguousGrantByEmailAddress BucketAlreadyExists BucketAlreadyOwnedByYou
  BucketHasAccessPointsAttached BucketNotEmpty ClientTokenConflict ConnectionClosedByRequester CrossLocationLoggingProhibited
  IllegalVersioningConfiguration IncorrectNumberOfFilesInPostRequest InlineDataTooLarge InvalidAddressingHeader
  InvalidBucketAclWithObjectOwnership InvalidPolicyDocument InvalidSOAPRequest InvalidTargetBucketForLogging
  LambdaInvalidResponse LambdaInvocationFailed LambdaNotFound LambdaPermissionError MalformedACLError MalformedPOSTRequest
  MalformedPolicy MaxPostPreDataLengthExceededError MissingAttachment MissingSecurityElement NoLoggingStatusForKey
  NoSuchAsyncRequest NoSuchBucketPolicy NoSuchCORSConfiguration NoSuchLifecycleConfiguration NoSuchTagSet
  NoSuchWebsiteConfiguration NoTransformationDefined NotModified OwnershipControlsNotFoundError
  ReplicationConfigurationNotFoundError RequestIsNotMultiPartContent RequestTorrentOfBucketError ResponseInterrupted
  RestoreAlreadyInProgress TooManyAccessPoints TooManyBuckets TooManyMultiRegionAccessPointregionsError
  TooManyMultiRegionAccessPoints UnresolvableGrantByEmailAddress UserKeyMustBeSpecified
`);

/** What STS and KMS find wrong with a request as such. */
export const MALFORMED = codes(`
  InvalidAction UnknownOperation InvalidParameterCombination InvalidParameterValue InvalidQueryParameter MalformedQueryString
  MalformedHttpRequest MissingAction MissingParameter RequestEntityTooLarge IDPCommunicationError IDPRejectedClaim
  InvalidIdentityToken InvalidAuthorizationMessage ExpiredTradeInToken JWTPayloadSizeExceeded
  OutboundWebIdentityFederationDisabled SessionDurationEscalation
`);

/** `KMS.NotFoundException`, `KMS.KMSInvalidStateException`, `KMSInvalidState`: one way to write each. */
export function bareCode(code: string): string {
  return code.replace(/^KMS\.?(?:KMS)?(?=[A-Z])/, 'KMS.').replace(/Exception$/, '');
}
