import { createHash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import { RagError } from '../errors.ts';

/** A name becomes a path or a key: nothing but a digest may. */
export function nameChecked(sha256: string): string {
  if (/^[0-9a-f]{64}$/.test(sha256)) return sha256;
  throw new RagError('usage', `${JSON.stringify(sha256.slice(0, 80))} is no SHA-256`);
}

/** The same bytes; throws RagError('verify') after the last one if they are not as announced. */
export async function* announced(
  content: AsyncIterable<Uint8Array>,
  sha256: string,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const part of content) {
    hash.update(part);
    size += part.length;
    yield part;
  }
  if (size !== bytes) throw new RagError('verify', `${size} bytes came where ${bytes} were announced`);
  if (hash.digest('hex') !== sha256) throw new RagError('verify', `the bytes are not those of SHA-256 ${sha256}`);
}

/** What was kept may have rotted: the stream fails instead of ending. */
export function checked(kept: Readable, sha256: string, place: string): Readable {
  const hash = createHash('sha256');
  const check = new Transform({
    transform(part: Buffer, _encoding, done) {
      hash.update(part);
      done(null, part);
    },
    flush(done) {
      if (hash.digest('hex') === sha256) done();
      else
        done(
          new RagError('verify', `${sha256} in ${place} is damaged: its bytes have another digest`, {
            hint: 'upload the file again: rag ingest sends it where it differs',
            zhHint: '请重新上传：rag ingest 会发送有差异的文件',
            zh: `${place} 中的 ${sha256} 已损坏：内容与摘要不符`,
          }),
        );
    },
  });
  kept.on('error', (error) => check.destroy(error));
  check.on('close', () => kept.destroy());
  return kept.pipe(check);
}

export function noBlob(sha256: string, place: string, cause?: unknown): RagError {
  return new RagError('not_found', `${place} holds no ${sha256}`, { zh: `${place} 中没有 ${sha256}`, cause });
}
