import { isIP } from 'node:net';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';

export interface S3Options {
  bucket: string;
  region: string;
  /** Undefined: AWS. */
  endpoint?: string | undefined;
  /** Undefined: what AWS' own chain finds (variables, profile, role of the machine). */
  accessKey?: string | undefined;
  secretKey?: string | undefined;
}

const CONNECT_MS = 5000;
const REQUEST_MS = 60_000;
const TRIES = 4;

/** A client that speaks to the bucket as its store wants it: by a host name of its own (AWS, OSS), or by a path (MinIO and its like). */
export async function connect(options: S3Options): Promise<S3Client> {
  const { endpoint } = options;
  if (endpoint === undefined) return clientOf(options, false);
  const byHost = clientOf(options, false);
  if (!isIP(new URL(endpoint).hostname.replace(/^\[|\]$/g, '')) && (await hears(byHost, options.bucket))) return byHost;
  byHost.destroy();
  return clientOf(options, true);
}

function clientOf(options: S3Options, forcePathStyle: boolean): S3Client {
  const { region, endpoint, accessKey, secretKey } = options;
  return new S3Client({
    ...{ region, forcePathStyle, maxAttempts: TRIES },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKey === undefined || secretKey === undefined
      ? {}
      : { credentials: { accessKeyId: accessKey, secretAccessKey: secretKey } }),
    // Sums of AWS' own would be sent as trailers of a chunked body, which OSS and older MinIO refuse. Ours is SHA-256, in the name.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true },
  });
}

/**
 * Whether the store takes the first part of the host's name for the bucket: it names the bucket in a listing, or says that there is no
 * such bucket. A store that only knows paths lists all buckets instead, or is not found under that name.
 */
async function hears(client: S3Client, bucket: string): Promise<boolean> {
  try {
    const { Name } = await client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }));
    return Name === bucket;
  } catch (error) {
    const { name, BucketName } = error as { name: string; BucketName?: string };
    return name === 'NoSuchBucket' ? BucketName === bucket : name === 'AccessDenied';
  }
}
