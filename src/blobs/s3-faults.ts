import { RagError } from '../errors.ts';

const NETWORK = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'],
  ...['TimeoutError', 'SlowDown', 'RequestTimeout', 'RequestTimeTooSkewed', 'ServiceUnavailable', 'InternalError'],
]);
const KEYS = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'AccessDenied', 'CredentialsProviderError']);

interface Fault {
  name?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

/** No such object, or no such bucket where only the status tells. */
export function isAbsent(error: unknown): boolean {
  const { name, $metadata } = error as Fault;
  return name === 'NotFound' || name === 'NoSuchKey' || (name !== 'NoSuchBucket' && $metadata?.httpStatusCode === 404);
}

/** A store's errors in our words, by their codes. What is none of them stays what it is. */
export function translate(error: unknown, place: string, bucket: string): unknown {
  if (error instanceof RagError) return error;
  const { name = '', code = '', $metadata } = error as Fault;
  const status = $metadata?.httpStatusCode;
  if (name === 'NoSuchBucket' || isAbsent(error))
    return new RagError('config', `there is no bucket ${bucket}`, {
      hint: 'rag migrate database makes it',
      zhHint: 'rag migrate database 会创建它',
      ...{ zh: `没有存储桶 ${bucket}`, cause: error },
    });
  if (KEYS.has(name) || status === 403)
    return new RagError('config', `${place} does not accept our keys (${name})`, {
      hint: 'check MINIO_ROOT_USER and MINIO_ROOT_PASSWORD, or S3_ACCESS_KEY and S3_SECRET_KEY, and what they may do',
      zhHint: '请检查 MINIO_ROOT_USER 和 MINIO_ROOT_PASSWORD，或 S3_ACCESS_KEY 和 S3_SECRET_KEY，以及它们的权限',
      ...{ zh: `${place} 不接受我们的密钥`, cause: error },
    });
  if (NETWORK.has(code) || NETWORK.has(name) || (status !== undefined && (status >= 500 || status === 429)))
    return new RagError('unavailable', `${place} cannot be reached or is busy (${code || name || status})`, {
      hint: 'rag status --deep says what is running',
      zhHint: 'rag status --deep 显示哪些服务在运行',
      ...{ zh: `无法连接 ${place}，或其繁忙`, cause: error },
    });
  return error;
}
