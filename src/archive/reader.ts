import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { RagError } from '../errors.ts';
import { LARGEST_PART, MANIFEST, type Manifest, manifest as manifestSchema, SIGNATURE } from './manifest.ts';

export interface Checked {
  manifest: Manifest;
  /** Of the manifest's bytes: names the content. */
  id: string;
  /** Of the whole file. */
  sha256: string;
  bytes: number;
  /** Digest of the public key whose signature was checked; undefined if it is not signed. */
  signedBy?: string;
}

interface Entry {
  name: string;
  content: Buffer;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

function broken(file: string, what: string, cause?: unknown): RagError {
  return new RagError('verify', `${file}: ${what}`, {
    hint: 'get the file again from where it came from',
    zhHint: '请从来源处重新取得该文件',
    ...{ zh: `${file} 已损坏：${what}`, cause },
  });
}

async function* entries(file: string, seen?: (piece: Buffer) => void): AsyncGenerator<Entry> {
  const archive = extract();
  const source = createReadStream(file);
  source.on('error', (error) => archive.destroy(error));
  if (seen) source.on('data', (piece) => seen(piece as Buffer));
  source.pipe(archive);
  try {
    for await (const entry of archive) {
      const { name, size } = entry.header;
      if ((size ?? 0) > LARGEST_PART) throw broken(file, `${name} is too large to be ours`);
      const pieces: Buffer[] = [];
      for await (const piece of entry) pieces.push(piece as Buffer);
      yield { name, content: Buffer.concat(pieces) };
    }
  } catch (error) {
    if (error instanceof RagError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR')
      throw new RagError('not_found', `no pack at ${file}`, { zh: `没有文件 ${file}` });
    throw broken(file, 'this is not a whole tar file', error);
  } finally {
    source.destroy();
  }
}

/**
 * Reads all of it and compares every part with the manifest. `publicKey` (PEM): it must be signed with that key. Throws
 * RagError('verify') naming what is not as it was written.
 */
export async function checkPack(file: string, publicKey?: string): Promise<Checked> {
  const whole = createHash('sha256');
  let bytes = 0;
  const parts: Manifest['parts'] = [];
  let text: Buffer | undefined;
  let signature: Buffer | undefined;
  const seen = (piece: Buffer) => {
    whole.update(piece);
    bytes += piece.length;
  };
  for await (const { name, content } of entries(file, seen)) {
    if (text === undefined && name === MANIFEST) text = content;
    else if (text !== undefined && signature === undefined && name === SIGNATURE) signature = content;
    else if (text === undefined) parts.push({ name, bytes: content.length, sha256: sha256(content) });
    else throw broken(file, `${name} stands where nothing may stand`);
  }
  if (text === undefined) throw broken(file, `${MANIFEST} is missing, so its end is cut off or this is no pack`);
  const manifest = parsed(file, text);
  manifest.parts.forEach((wanted, i) => {
    const found = parts[i];
    if (found?.name !== wanted.name) throw broken(file, `${wanted.name} is missing`);
    if (found.sha256 !== wanted.sha256) throw broken(file, `${wanted.name} is not what was written`);
  });
  if (parts.length > manifest.parts.length) throw broken(file, `${parts.at(-1)!.name} is not in ${MANIFEST}`);
  const signedBy = checkSignature(file, text, signature, publicKey);
  return {
    ...{ manifest, id: sha256(text), sha256: whole.digest('hex'), bytes },
    ...(signedBy === undefined ? {} : { signedBy }),
  };
}

function parsed(file: string, text: Buffer): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text.toString('utf8'));
  } catch (cause) {
    throw broken(file, `${MANIFEST} is not JSON`, cause);
  }
  const { format } = json as { format?: unknown };
  if (typeof format === 'number' && format > 1)
    throw new RagError('config', `${file} has format ${format}; this rag knows format 1`, {
      hint: 'upgrade rag',
      zh: `${file} 的格式为 ${format}；此版本的 rag 只认识格式 1`,
      zhHint: '请升级 rag',
    });
  const result = manifestSchema.safeParse(json);
  if (!result.success) throw broken(file, `${MANIFEST} is not as it should be`, result.error);
  return result.data;
}

function checkSignature(
  file: string,
  text: Buffer,
  signature: Buffer | undefined,
  wanted: string | undefined,
): string | undefined {
  if (signature === undefined) {
    if (wanted === undefined) return undefined;
    throw new RagError('verify', `${file} is not signed`, { zh: `${file} 未签名` });
  }
  const digestOf = (pem: string) => sha256(createPublicKey(pem).export({ type: 'spki', format: 'der' }));
  let signer: string;
  try {
    const given = JSON.parse(signature.toString('utf8')) as { signature: string; publicKey: string };
    signer = digestOf(given.publicKey);
    if (!verify(null, text, given.publicKey, Buffer.from(given.signature, 'base64'))) throw new Error('does not match');
  } catch (cause) {
    throw broken(file, 'its signature does not match its content', cause);
  }
  if (wanted === undefined) return signer;
  let expected: string;
  try {
    expected = digestOf(wanted);
  } catch (cause) {
    throw new RagError('config', 'this is no public key in PEM', { cause });
  }
  if (signer !== expected)
    throw new RagError('verify', `${file} is signed with another key (${signer.slice(0, 16)}…)`, {
      zh: `${file} 由另一把密钥签名（${signer.slice(0, 16)}…）`,
    });
  return signer;
}

/** The unpacked parts of a pack that was checked, of these kinds, in order. */
export async function* partsOf(file: string, kind: 'documents' | 'vectors' | 'kept'): AsyncGenerator<Buffer> {
  for await (const { name, content } of entries(file))
    if (name.startsWith(`${kind}/`)) yield inflateRawSync(content, { maxOutputLength: LARGEST_PART });
}

/** Their lines. */
export async function* linesOf(file: string, kind: 'documents' | 'kept'): AsyncGenerator<unknown> {
  for await (const part of partsOf(file, kind))
    for (const line of part.toString('utf8').split('\n')) if (line !== '') yield JSON.parse(line);
}
