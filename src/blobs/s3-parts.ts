import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

interface Target {
  Bucket: string;
  Key: string;
}

/** Larger objects go in parts; two of them are in memory. */
export const PART_BYTES = 8 * 2 ** 20;
/** Ten thousand is the most a store takes. */
const MOST_PARTS = 9000;

/** Visible when the last part is there and `content` has ended without an error. */
export async function putParts(
  s3: S3Client,
  target: Target,
  bytes: number,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
  const upload = { ...target, UploadId };
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  let sending: Promise<void> = Promise.resolve();
  async function send(Body: Buffer, PartNumber: number): Promise<void> {
    const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body, ContentLength: Body.length }));
    Parts.push({ PartNumber, ETag });
  }
  try {
    let number = 0;
    for await (const part of pieces(content, Math.max(PART_BYTES, Math.ceil(bytes / MOST_PARTS)))) {
      // One is sent while the next one is filled.
      await sending;
      sending = send(part, ++number);
      sending.catch(() => {});
    }
    await sending;
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  } catch (error) {
    await sending.catch(() => {});
    await s3.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
    throw error;
  }
}

/** The same bytes in pieces of one size; the last one may be smaller. */
async function* pieces(content: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of content)
    for (let at = 0; at < part.length; ) {
      const taken = part.subarray(at, at + size - bytes);
      held.push(taken);
      at += taken.length;
      bytes += taken.length;
      if (bytes < size) continue;
      yield Buffer.concat(held);
      held = [];
      bytes = 0;
    }
  if (bytes > 0) yield Buffer.concat(held);
}

/** What was begun before this time and never ended. */
export async function abortUploads(s3: S3Client, Bucket: string, Prefix: string, before: number): Promise<void> {
  for (let marks: { KeyMarker?: string; UploadIdMarker?: string } = {}; ; ) {
    const page = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix, ...marks }));
    for (const { Key, UploadId, Initiated } of page.Uploads ?? [])
      if (Initiated !== undefined && Initiated.getTime() < before)
        await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    if (!page.IsTruncated) return;
    marks = { KeyMarker: page.NextKeyMarker!, UploadIdMarker: page.NextUploadIdMarker! };
  }
}
