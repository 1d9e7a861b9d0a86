import type { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { breaker } from '../breaker.ts';
import type { Blobs } from './blobs.ts';
import { announced, checked, nameChecked, noBlob } from './checked.ts';
import { connect, type S3Options } from './s3-client.ts';
import { isAbsent, translate } from './s3-faults.ts';
import { abortUploads, PART_BYTES, putParts } from './s3-parts.ts';

const PREFIX = 'blobs/';

/** Any store with the interface of S3. What it can do is asked of it, not guessed from its name. */
export function openS3(options: S3Options): Blobs {
  const { bucket } = options;
  const place = `bucket ${bucket} at ${options.endpoint === undefined ? 'AWS' : new URL(options.endpoint).host}`;
  let client: Promise<S3Client> | undefined;
  const keyOf = (sha256: string) => PREFIX + nameChecked(sha256);

  const guarded = breaker(place);
  const call = <T>(work: (s3: S3Client) => Promise<T>): Promise<T> => guarded(() => once(work));

  async function once<T>(work: (s3: S3Client) => Promise<T>): Promise<T> {
    try {
      client ??= connect(options);
      return await work(await client);
    } catch (error) {
      const failed = client;
      // A store that was down when it was asked what it can do is asked again.
      await failed?.catch(() => {
        if (client === failed) client = undefined;
      });
      throw translate(error, place, bucket);
    }
  }

  const exists = () =>
    call((s3) =>
      s3.send(new HeadBucketCommand({ Bucket: bucket })).then(
        () => true,
        (error) => {
          if (isAbsent(error)) return false;
          throw error;
        },
      ),
    );

  async function has(sha256: string): Promise<boolean> {
    const Key = keyOf(sha256);
    return call((s3) =>
      s3.send(new HeadObjectCommand({ Bucket: bucket, Key })).then(
        () => true,
        (error) => {
          if (isAbsent(error)) return false;
          throw error;
        },
      ),
    );
  }

  return {
    place,
    exists,
    ready: () =>
      call(async (s3) => {
        if (await exists()) return;
        const { region } = options;
        const elsewhere = options.endpoint === undefined && region !== 'us-east-1';
        await s3
          .send(
            new CreateBucketCommand({
              Bucket: bucket,
              ...(elsewhere ? { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } } : {}),
            }),
          )
          .catch((error: Error) => {
            // Another process was faster.
            if (error.name !== 'BucketAlreadyOwnedByYou') throw error;
          });
      }),
    async put(sha256, bytes, content) {
      const target = { Bucket: bucket, Key: keyOf(sha256) };
      if (await has(sha256)) return false;
      const whole = announced(content, sha256, bytes);
      await call(async (s3) => {
        if (bytes > PART_BYTES) return putParts(s3, target, bytes, whole);
        const parts: Uint8Array[] = [];
        for await (const part of whole) parts.push(part);
        // One buffer of known length: nothing is sent in chunks with trailers, which not every store takes.
        const Body = Buffer.concat(parts);
        await s3.send(new PutObjectCommand({ ...target, Body, ContentLength: Body.length }));
      });
      return true;
    },
    async get(sha256) {
      const command = new GetObjectCommand({ Bucket: bucket, Key: keyOf(sha256) });
      const { Body } = await call((s3) =>
        s3.send(command).catch((error) => {
          throw isAbsent(error) ? noBlob(sha256, place, error) : error;
        }),
      );
      return checked(Body as Readable, sha256, place);
    },
    has,
    delete: (sha256) =>
      call(async (s3) => void (await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(sha256) })))),
    async *list() {
      for (let from: string | undefined; ; ) {
        const page = await call((s3) =>
          s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: PREFIX, ContinuationToken: from })),
        );
        for (const { Key = '', Size = 0, LastModified } of page.Contents ?? [])
          yield { sha256: Key.slice(PREFIX.length), bytes: Size, modified: LastModified?.getTime() ?? 0 };
        if (!page.IsTruncated) return;
        from = page.NextContinuationToken;
      }
    },
    sweep: (before) => call((s3) => abortUploads(s3, bucket, PREFIX, before)),
    async close() {
      (await client?.catch(() => undefined))?.destroy();
    },
  };
}
