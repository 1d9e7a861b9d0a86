import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { deflateSync } from 'fflate';
import { pack as tar } from 'tar-stream';
import { RagError } from '../errors.ts';
import { MANIFEST, type Manifest, PART, SIGNATURE } from './manifest.ts';

export interface Written {
  bytes: number;
  /** Of the whole file. */
  sha256: string;
}

export interface PackWriter {
  /** Adds to the parts of this kind; a part is written when it is full. */
  line(kind: 'documents' | 'kept', value: object): Promise<void>;
  vector(bytes: Buffer): Promise<void>;
  /** The file appears under its name, whole and on the disk, or not at all. */
  end(manifest: Omit<Manifest, 'parts'>, privateKey?: string): Promise<Written>;
  abandon(): Promise<void>;
}

const NAMES = { documents: 'jsonl', kept: 'jsonl', vectors: 'bin' };

/** Packed by JavaScript's own code: zlib's bytes differ between versions and processors. */
const squeeze = (bytes: Buffer) => Buffer.from(deflateSync(bytes, { level: 6 }));

/** Throws RagError('config') if the file cannot be written. */
export async function packWriter(target: string): Promise<PackWriter> {
  const temporary = `${target}.new`;
  const file = createWriteStream(temporary, { flags: 'w' });
  const archive = tar();
  const hash = createHash('sha256');
  let bytes = 0;
  archive.on('data', (piece: Buffer) => {
    hash.update(piece);
    bytes += piece.length;
  });
  let failure: unknown;
  const done = finished(archive.pipe(file)).catch((cause: NodeJS.ErrnoException) => {
    failure = new RagError(
      cause.code === 'ENOSPC' ? 'unavailable' : 'config',
      `${target} cannot be written (${cause.code})`,
      {
        ...{ zh: `无法写入 ${target}（${cause.code}）`, cause },
      },
    );
  });
  const parts: Manifest['parts'] = [];
  const waiting = { documents: [] as Buffer[], kept: [] as Buffer[], vectors: [] as Buffer[] };
  const sizes = { documents: 0, kept: 0, vectors: 0 };
  const counts = { documents: 0, kept: 0, vectors: 0 };

  function entry(name: string, content: Buffer): Promise<void> {
    if (failure) throw failure;
    const header = { name, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0, type: 'file' as const };
    return new Promise((resolve, reject) => {
      archive.entry(header, content, (error) => (error ? reject(failure ?? error) : resolve()));
      // The stream does not call back after its file has failed.
      void done.then(() => failure && reject(failure));
    });
  }

  async function flush(kind: keyof typeof waiting): Promise<void> {
    if (sizes[kind] === 0) return;
    const content = squeeze(Buffer.concat(waiting[kind]));
    waiting[kind] = [];
    sizes[kind] = 0;
    const name = `${kind}/${String(counts[kind]++).padStart(6, '0')}.${NAMES[kind]}.deflate`;
    parts.push({ name, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') });
    await entry(name, content);
  }

  async function add(kind: keyof typeof waiting, piece: Buffer): Promise<void> {
    waiting[kind].push(piece);
    sizes[kind] += piece.length;
    if (sizes[kind] >= PART) await flush(kind);
  }

  return {
    line: (kind, value) => add(kind, Buffer.from(`${JSON.stringify(value)}\n`)),
    vector: (piece) => add('vectors', piece),
    async end(manifest, privateKey) {
      for (const kind of ['documents', 'vectors', 'kept'] as const) await flush(kind);
      const text = Buffer.from(`${JSON.stringify({ ...manifest, parts }, null, 1)}\n`);
      await entry(MANIFEST, text);
      if (privateKey !== undefined) await entry(SIGNATURE, Buffer.from(signatureOf(text, privateKey)));
      archive.finalize();
      await done;
      if (failure) throw failure;
      await flushed(temporary);
      await rename(temporary, target);
      await flushed(dirname(target)).catch(() => {});
      return { bytes, sha256: hash.digest('hex') };
    },
    async abandon() {
      archive.destroy();
      file.destroy();
      await done;
      await rm(temporary, { force: true });
    },
  };
}

async function flushed(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}

/** Base64 of the signature, and the public key that checks it. Throws RagError('config') for another kind of key. */
function signatureOf(text: Buffer, pem: string): string {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`a key of type ${key.asymmetricKeyType}`);
    const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' });
    return `${JSON.stringify({ signature: sign(null, text, key).toString('base64'), publicKey }, null, 1)}\n`;
  } catch (cause) {
    throw new RagError('config', `this is no Ed25519 private key in PEM: ${(cause as Error).message}`, {
      hint: 'openssl genpkey -algorithm ed25519 -out key.pem makes one',
      zhHint: 'openssl genpkey -algorithm ed25519 -out key.pem 可生成一个',
      ...{ zh: '不是 PEM 格式的 Ed25519 私钥', cause },
    });
  }
}
