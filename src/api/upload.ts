import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import { RagError } from '../errors.ts';
import type { Call } from './call.ts';

/** Where uploads lie, below the home's folder. */
const FOLDER = 'uploads';
const MAX_FILES = 1000;

/**
 * Writes the files of a multipart body into the home's `uploads/`, piece by piece, each complete or not at all; resolves to their paths
 * below the home. Throws RagError('too_large') at the first byte over MAX_FILE_SIZE, whatever the headers say.
 */
export async function received({ deps, http }: Call): Promise<string[]> {
  const { root, config } = deps.context;
  const limit = config.values.MAX_FILE_SIZE;
  const type = http.req.header('content-type') ?? '';
  if (!type.startsWith('multipart/form-data'))
    throw new RagError('usage', 'an upload is multipart/form-data', { hint: 'curl -F file=@report.pdf …' });
  if (Number(http.req.header('content-length') ?? 0) > limit * MAX_FILES)
    throw new RagError('too_large', `more than ${MAX_FILES} files of MAX_FILE_SIZE`);
  const incoming = (http.env as { incoming: IncomingMessage }).incoming;
  await mkdir(join(root, FOLDER), { recursive: true });
  const written: string[] = [];
  const writing: Promise<void>[] = [];
  const parser = busboy({
    headers: { 'content-type': type },
    defParamCharset: 'utf8',
    limits: { fileSize: limit, files: MAX_FILES, fields: 0 },
  });
  parser.on('file', (_field, stream, { filename }) => {
    const name = safeName(filename);
    const path = join(FOLDER, name);
    const temporary = join(root, FOLDER, `.${name}.${process.pid}.${writing.length}.part`);
    const work = async () => {
      try {
        await pipeline(stream, createWriteStream(temporary));
        if (stream.truncated) throw new RagError('too_large', `${name} is over MAX_FILE_SIZE (${limit} bytes)`);
        await rename(temporary, join(root, path));
        written.push(path);
      } finally {
        await rm(temporary, { force: true });
      }
    };
    writing.push(work());
  });
  try {
    await pipeline(incoming, parser);
  } catch (cause) {
    await Promise.allSettled(writing);
    throw new RagError('usage', `the upload broke off: ${(cause as Error).message}`, { cause });
  }
  for (const outcome of await Promise.allSettled(writing)) if (outcome.status === 'rejected') throw outcome.reason;
  if (written.length === 0) throw new RagError('usage', 'the upload holds no file');
  return written;
}

/** The last part of a name, without what file systems or `..` make of it. */
function safeName(filename: string | undefined): string {
  const name = basename((filename ?? '').replaceAll('\\', '/'))
    .replace(/[\u0000-\u001f<>:"|?*]/g, '_')
    .replace(/^\.+/, '_')
    .slice(-200);
  return name === '' ? 'unnamed' : name;
}
