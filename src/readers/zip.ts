import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { ReadError } from './reader.ts';

/** What a container may cost. A legitimate sheet packs 10–60 : 1, a bomb 1000 : 1. */
const MAX_ENTRIES = 100_000;
const MAX_TOTAL = 4 * 2 ** 30;
const MAX_RATIO = 400;
const RATIO_FREE = 32 * 2 ** 20;
const MAX_WHOLE = 256 * 2 ** 20;
const SMALL = 2 ** 20;

interface Entry {
  name: string;
  method: number;
  flags: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
}

export interface Zip {
  /** Names as stored, forward slashes, no leading slash. */
  names: string[];
  /** Uncompressed size the directory declares, or undefined if there is no such entry. */
  size(name: string): number | undefined;
  /** The whole entry, at most 256 MB; undefined if there is none. Throws ReadError. */
  bytes(name: string): Uint8Array | undefined;
  /** The entry piece by piece, in bounded memory. Throws ReadError. */
  stream(name: string): AsyncIterable<Uint8Array>;
}

const corrupt = (reason: string, cause?: unknown) => new ReadError('corrupt', reason, { cause });
const tooLarge = (reason: string) => new ReadError('too_large', reason);

/** Opens a zip container. Sizes are counted while unpacking: the directory may lie. */
export function openZip(bytes: Uint8Array): Zip {
  const entries = directory(bytes);
  const spent = { total: 0 };
  const take = (entry: Entry, produced: number, added: number) => {
    spent.total += added;
    if (spent.total > MAX_TOTAL) throw tooLarge(`unpacks to more than ${MAX_TOTAL / 2 ** 30} GB`);
    if (produced > RATIO_FREE && produced > MAX_RATIO * entry.packed)
      throw tooLarge(`${entry.name} unpacks to more than ${MAX_RATIO} times its size`);
  };
  const whole = (entry: Entry): Uint8Array => {
    const limit = Math.min(MAX_WHOLE, Math.max(RATIO_FREE, MAX_RATIO * entry.packed));
    const result = inflateWhole(entry, payload(bytes, entry), limit);
    take(entry, result.length, result.length);
    return checked(entry, result);
  };
  const find = (name: string) => entries.get(key(name));
  return {
    names: [...entries.values()].map((entry) => entry.name),
    size: (name) => find(name)?.size,
    bytes(name) {
      const entry = find(name);
      return entry && whole(entry);
    },
    async *stream(name) {
      const entry = find(name);
      if (!entry) return;
      if (entry.method !== 8 || entry.size <= SMALL) return yield whole(entry);
      let produced = 0;
      let crc = 0;
      for await (const piece of inflatePieces(entry, payload(bytes, entry))) {
        produced += piece.length;
        take(entry, produced, piece.length);
        crc = crc32(piece, crc);
        yield piece;
      }
      if (crc !== entry.crc) throw corrupt(`${entry.name} does not match its checksum`);
    },
  };
}

const key = (name: string) => name.replaceAll('\\', '/').replace(/^\/+/, '').toLowerCase();

function checked(entry: Entry, result: Uint8Array): Uint8Array {
  if (crc32(result) !== entry.crc) throw corrupt(`${entry.name} does not match its checksum`);
  return result;
}

function inflateWhole(entry: Entry, packed: Uint8Array, limit: number): Uint8Array {
  if (entry.method === 0) return packed;
  try {
    return inflateRawSync(packed, { maxOutputLength: limit });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(`${entry.name} unpacks to more than ${limit} bytes`);
    throw corrupt(`${entry.name} cannot be unpacked`, error);
  }
}

async function* inflatePieces(entry: Entry, packed: Uint8Array): AsyncGenerator<Uint8Array> {
  const stream = createInflateRaw({ chunkSize: 2 ** 18 });
  stream.end(packed);
  try {
    for await (const piece of stream) yield piece as Uint8Array;
  } catch (error) {
    throw error instanceof ReadError ? error : corrupt(`${entry.name} cannot be unpacked`, error);
  } finally {
    stream.destroy();
  }
}

/** The packed bytes of an entry. */
function payload(bytes: Uint8Array, entry: Entry): Uint8Array {
  if (entry.flags & 1) throw new ReadError('encrypted', 'the zip container is encrypted');
  if (entry.method !== 0 && entry.method !== 8)
    throw new ReadError('unsupported', `zip method ${entry.method} is not supported`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (entry.offset + 30 > bytes.length || view.getUint32(entry.offset, true) !== 0x04034b50)
    throw corrupt(`${entry.name}: no data where the zip directory points`);
  const start = entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
  if (start + entry.packed > bytes.length) throw corrupt(`${entry.name} is cut off`);
  return bytes.subarray(start, start + entry.packed);
}

/** Reads the central directory (APPNOTE 4.3.12), zip64 included. */
function directory(bytes: Uint8Array): Map<string, Entry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, start } = directoryEnd(view);
  if (count > MAX_ENTRIES) throw tooLarge(`more than ${MAX_ENTRIES} files in the zip container`);
  const entries = new Map<string, Entry>();
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50)
      throw corrupt('the zip directory is damaged');
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const name = decodeName(bytes.subarray(at + 46, at + 46 + nameLength))
      .replaceAll('\\', '/')
      .replace(/^\/+/, '');
    const entry: Entry = {
      name,
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    };
    widen(entry, view, at + 46 + nameLength, extraLength);
    if (!name.endsWith('/')) entries.set(key(name), entry);
    at += 46 + nameLength + extraLength + view.getUint16(at + 32, true);
  }
  return entries;
}

/** UTF-8 says so in a flag that many writers forget; Chinese Windows writes GB18030. */
function decodeName(name: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(name);
  } catch {
    return new TextDecoder('gb18030').decode(name);
  }
}

function directoryEnd(view: DataView): { count: number; start: number } {
  const lowest = Math.max(0, view.byteLength - 22 - 65_535);
  for (let at = view.byteLength - 22; at >= lowest; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    const count = view.getUint16(at + 10, true);
    const start = view.getUint32(at + 16, true);
    if (count !== 0xffff && start !== 0xffffffff) return { count, start };
    if (at < 20 || view.getUint32(at - 20, true) !== 0x07064b50) return { count, start };
    const wide = Number(view.getBigUint64(at - 12, true));
    if (wide + 56 > view.byteLength) break;
    return { count: Number(view.getBigUint64(wide + 32, true)), start: Number(view.getBigUint64(wide + 48, true)) };
  }
  throw corrupt('the zip directory is missing: the file is cut off or damaged');
}

/** Zip64: sizes that did not fit stand in extra field 1, in this order. */
function widen(entry: Entry, view: DataView, start: number, length: number): void {
  const end = Math.min(start + length, view.byteLength);
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    const read = (value: number) => {
      if (value !== 0xffffffff || next + 8 > end) return value;
      next += 8;
      return Number(view.getBigUint64(next - 8, true));
    };
    entry.size = read(entry.size);
    entry.packed = read(entry.packed);
    entry.offset = read(entry.offset);
    return;
  }
}
