/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html unless another page is named. */

export const MIB = 1024 * 1024;
export const GIB = 1024 * MIB;

/** One PutObject, one part, or one CopyObject. */
export const MAX_SINGLE_PUT_BYTES = 5 * GIB;
/** Of every part but the last. */
export const MIN_PART_BYTES = 5 * MIB;
export const MAX_PARTS = 10_000;
/** In UTF-8. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
export const MAX_KEY_BYTES = 1024;
/** Names (without `x-amz-meta-`) and values in UTF-8. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
export const MAX_USER_METADATA_BYTES = 2048;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export const MAX_TAGS = 10;
/** Of one page of a listing, and of one DeleteObjects request. */
export const MAX_PAGE_SIZE = 1000;
/** Room for CompleteMultipartUpload with 10,000 parts and a checksum each. */
export const MAX_XML_BODY_BYTES = 8 * MIB;
