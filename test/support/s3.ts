import { DeleteBucketCommand, DeleteObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { connect, type S3Options } from '../../src/blobs/s3-client.ts';

/** A bucket at RAG_TEST_S3 (http://user:password@host:port). */
export function bucketAt(address: string, bucket: string): S3Options & { endpoint: string } {
  const { username, password, origin } = new URL(address);
  return { bucket, region: 'us-east-1', endpoint: origin, accessKey: username, secretKey: password };
}

export async function dropBucket(options: S3Options): Promise<void> {
  const s3 = await connect(options);
  const { bucket: Bucket } = options;
  for (;;) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    if (Contents.length === 0) break;
    const Objects = Contents.map(({ Key }) => ({ Key: Key! }));
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  }
  await s3.send(new DeleteBucketCommand({ Bucket }));
  s3.destroy();
}
