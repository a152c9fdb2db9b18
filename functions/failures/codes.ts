/**
 * AWS's error codes by their meaning for a relay. Services write the same code in several ways, so codes stand here as `bareCode`
 * makes them: without `Exception` at the end, and KMS's as `KMS.<code>`. test/unit/functions/failures/documented-codes.ts lists the
 * codes that AWS documents.
 */
const codes = (text: string): readonly string[] => text.trim().split(/\s+/);

/** The session has expired. */
export const EXPIRED = codes('ExpiredToken TokenRefreshRequired InvalidSession');

/** AWS doesn't know the keys of the session (any more). */
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

/** Another request worked on the same object, or this one took too long. */
export const IN_CONFLICT = codes('OperationAborted RequestAborted');

export const CUT_SHORT = codes('RequestTimeout IncompleteBody');

/** An error within AWS. */
export const INTERNAL = codes(`
  InternalError InternalFailure InternalServiceError KMS.Internal KMS.DependencyTimeout KMS.KeyUnavailable
`);

/** S3 redirects until DNS knows a new bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingRouting.html */
export const REDIRECTED = codes('TemporaryRedirect Redirect');

export const OTHER_REGION = codes(`
  PermanentRedirect PermanentRedirectControlError AuthorizationHeaderMalformed IllegalLocationConstraint IncorrectEndpoint
  EndpointNotFound InvalidLocationConstraint
`);

/**
 * A region that an account must enable takes only sessions that were made for it:
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

/** A range that no longer exists means the same as a condition that no longer holds. */
export const CHANGED = codes('PreconditionFailed InvalidRange');

export const WRONG_BYTES = codes('BadDigest XAmzContentSHA256Mismatch XAmzContentChecksumMismatch');

/** A part that was sent again may have another ETag: with SSE-KMS, the same bytes get a new one. */
export const UPLOAD_GONE = codes('NoSuchUpload InvalidPart');

/** STS refuses the session policy: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_Errors */
export const SESSION_POLICY = codes('MalformedPolicyDocument PackedPolicyTooLarge');

/** STS says so of any value that it does not take, also of a policy with too many characters. */
export const INVALID_VALUE = codes('ValidationError Validation');

/**
 * The key was written or deleted while a create-only write ran. Its upload has to be made anew:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
export const KEY_CHANGED = codes('ConditionalRequestConflict');

/** The object has a customer-provided key, or S3 has another reason, which its words tell. */
export const INVALID_REQUEST = codes('InvalidRequest BadRequest');

export const KEY_TOO_LONG = codes('KeyTooLong KeyTooLongError');

/** S3 refuses a request as the relay makes it. */
export const REFUSED = codes(`
  InvalidArgument InvalidDigest InvalidTag TagPolicy InvalidStorageClass
  InvalidEncryptionAlgorithmError EntityTooLarge EntityTooSmall MetadataTooLarge InvalidPartOrder
  InvalidURI InvalidHostHeader InvalidHttpMethod InvalidBucketOwnerAWSAccountID InvalidBucketState MissingContentLength
  MethodNotAllowed NotImplemented AccessControlListNotSupported RequestHeaderSectionTooLarge MaxMessageLengthExceeded
  UnexpectedContent UnsupportedArgument MalformedXML MissingRequestBodyError ObjectLockConfigurationNotFoundError
  NoSuchObjectLockConfiguration ServerSideEncryptionConfigurationNotFoundError NotDeviceOwnerError DeviceNotActiveError
  TokenCodeInvalidError
`);

/** AWS answers so only to requests that the relay never makes. */
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

/** STS or KMS refuses a malformed request. */
export const MALFORMED = codes(`
  InvalidAction UnknownOperation InvalidParameterCombination InvalidParameterValue InvalidQueryParameter MalformedQueryString
  MalformedHttpRequest MissingAction MissingParameter RequestEntityTooLarge IDPCommunicationError IDPRejectedClaim
  InvalidIdentityToken InvalidAuthorizationMessage ExpiredTradeInToken JWTPayloadSizeExceeded
  OutboundWebIdentityFederationDisabled SessionDurationEscalation
`);

/** One spelling for `KMS.NotFoundException`, `KMS.KMSInvalidStateException`, `KMSInvalidState` and the like. */
export function bareCode(code: string): string {
  return code.replace(/^KMS\.?(?:KMS)?(?=[A-Z])/, 'KMS.').replace(/Exception$/, '');
}
