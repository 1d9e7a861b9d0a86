import { gunzip, isTar } from './gzip.ts';
import { ReadError, type Reader, type ReadOptions } from './reader.ts';
import { tarMembers } from './tar.ts';
import { openZip } from './zip.ts';

export const readZip = container(unzip);
export const readTar = container((bytes, options) => untar([bytes], options));
export const readGzip = container(ungzip);

/** Archives are folders: no text of their own, their members are handed on one by one. */
function container(handOnAll: (bytes: Uint8Array, options: ReadOptions) => Promise<void>): Reader {
  // biome-ignore lint/correctness/useYield: it has no text
  return async function* (bytes, options) {
    await handOnAll(bytes, options);
  };
}

async function unzip(bytes: Uint8Array, options: ReadOptions): Promise<void> {
  const zip = openZip(bytes);
  for (const name of zip.names) {
    options.signal?.throwIfAborted();
    if (hidden(name)) continue;
    await handOn(name, () => zip.bytes(name)!, options);
  }
}

/** A packed tar, or one packed file. */
async function ungzip(bytes: Uint8Array, options: ReadOptions): Promise<void> {
  const { start, rest } = await gunzip(bytes);
  if (isTar(start)) return untar(rest, options);
  const name = options.name.replace(/\.gz(ip)?$/i, '') || 'unnamed';
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of rest) {
      size += piece.length;
      if (size > MAX_MEMBER) throw tooLarge(name);
      pieces.push(piece);
    }
  } catch (error) {
    if (!(error instanceof ReadError) || pieces.length === 0 || error.problem.code !== 'corrupt') throw error;
    options.partial(error.problem);
  }
  await handOn(name, () => Buffer.concat(pieces), options);
}

/** A member is held whole. */
const MAX_MEMBER = 256 * 2 ** 20;

async function untar(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options: ReadOptions): Promise<void> {
  let handed = 0;
  try {
    for await (const { name, size, content } of tarMembers(pieces, MAX_MEMBER)) {
      options.signal?.throwIfAborted();
      if (hidden(name)) continue;
      await handOn(
        name,
        () => {
          if (content === undefined) throw tooLarge(`${name} (${size} bytes)`);
          return content;
        },
        options,
      );
      handed++;
    }
  } catch (error) {
    // What was read before the damage stays read.
    if (!(error instanceof ReadError) || handed === 0) throw error;
    options.partial(error.problem);
  }
}

async function handOn(name: string, open: () => Uint8Array, options: ReadOptions): Promise<void> {
  if (name.split('/').includes('..'))
    return options.child?.(safe(name), { code: 'excluded', reason: 'its name leads out of the archive' });
  let content: Uint8Array;
  try {
    content = open();
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    return options.child?.(safe(name), error.problem);
  }
  await options.child?.(safe(name), content);
}

/** As in folders: hidden files, dependencies, and what a Mac adds. */
function hidden(name: string): boolean {
  return name
    .split('/')
    .some(
      (part) =>
        (part.startsWith('.') && part !== '..' && part !== '.') || part === 'node_modules' || part === '__MACOSX',
    );
}

const safe = (name: string) =>
  name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (part === '..' ? '__' : part))
    .join('/') || 'unnamed';

const tooLarge = (name: string) =>
  new ReadError('too_large', `${name} unpacks to more than ${MAX_MEMBER / 2 ** 20} MB`);
