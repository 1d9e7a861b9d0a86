import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { openFolder } from '../../src/blobs/fs.ts';
import { openS3 } from '../../src/blobs/s3.ts';
import { connect } from '../../src/blobs/s3-client.ts';
import { bucketAt, dropBucket } from '../support/s3.ts';
import { S3, withService } from '../support/services.ts';
import { blobsContract } from './blobs.ts';

const flipped = (bytes: Buffer) => {
  bytes[1000]! ^= 1;
  return bytes;
};

blobsContract('a folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rag-blobs-'));
  return {
    blobs: openFolder(folder),
    async damage(sha256) {
      const path = join(folder, sha256.slice(0, 2), sha256);
      writeFileSync(path, flipped(readFileSync(path)));
    },
    async close() {
      expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
      rmSync(folder, { recursive: true });
    },
  };
});

withService(S3, (address) => {
  blobsContract('S3', async () => {
    const options = bucketAt(address, `rag-test-${randomBytes(6).toString('hex')}`);
    const blobs = openS3(options);
    return {
      blobs,
      async damage(sha256) {
        const s3 = await connect(options);
        const where = { Bucket: options.bucket, Key: `blobs/${sha256}` };
        const { Body } = await s3.send(new GetObjectCommand(where));
        await s3.send(
          new PutObjectCommand({ ...where, Body: flipped(Buffer.from(await Body!.transformToByteArray())) }),
        );
        s3.destroy();
      },
      async close() {
        await blobs.close();
        await dropBucket(options);
      },
    };
  });

  it('S3: says in one sentence what is wrong: no bucket, wrong keys, nobody there', async () => {
    const options = bucketAt(address, `rag-none-${randomBytes(6).toString('hex')}`);
    const of = (more: object) => openS3({ ...options, ...more });
    await expect(of({}).put('a'.repeat(64), 0, (async function* () {})())).rejects.toMatchObject({ code: 'verify' });
    const list = async (more: object) => {
      for await (const _ of of(more).list());
    };
    await expect(list({})).rejects.toMatchObject({ code: 'config', message: expect.stringContaining('no bucket') });
    await expect(list({ secretKey: 'wrong-secret' })).rejects.toMatchObject({ code: 'config' });
    await expect(list({ endpoint: 'http://127.0.0.1:9' })).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('S3: speaks by path where the store does not take the host name for the bucket', async () => {
    const { port } = new URL(address);
    const options = { ...bucketAt(address, 'rag-style'), endpoint: `http://localhost:${port}` };
    const client = await connect(options);
    expect(client.config.forcePathStyle).toBe(true);
    client.destroy();
  });
});
