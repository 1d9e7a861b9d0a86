import { ReadError } from './reader.ts';

/** Values of a directory's entries by tag; rationals as numbers. */
export type Directory = Map<number, number[]>;

/** Bytes of each field type, 1 to 12; 0: not used for images. */
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8] as const;
const RATIONAL = 5;
const UNDEFINED = 7;
/** Documents have fewer pages; a list of strips or tiles is no longer than this. */
const MAX_PAGES = 10_000;
const MAX_VALUES = 100_000;

/** The directories of a TIFF in order. A chain that comes back to itself ends there. */
export function* tiffDirectories(file: Buffer): Generator<Directory> {
  if (file.length < 8) throw new ReadError('corrupt', 'the TIFF is cut off');
  const read = reader(file, file[0] === 0x49);
  const seen = new Set<number>();
  for (let at = read(4, 4); at !== 0 && !seen.has(at) && seen.size < MAX_PAGES; ) {
    seen.add(at);
    const entries = read(at, 2);
    if (entries === 0 || at + 2 + entries * 12 > file.length) return;
    const directory: Directory = new Map();
    for (let i = 0; i < entries; i++) {
      const entry = at + 2 + i * 12;
      const values = readValues(file, read, entry);
      if (values !== undefined) directory.set(read(entry, 2), values);
    }
    yield directory;
    at = read(at + 2 + entries * 12, 4);
  }
}

type Read = (at: number, bytes: number) => number;

/** Beyond the end there are zeros. */
function reader(file: Buffer, little: boolean): Read {
  return (at, bytes) => {
    if (at + bytes > file.length) return 0;
    return little ? file.readUIntLE(at, bytes) : file.readUIntBE(at, bytes);
  };
}

function readValues(file: Buffer, read: Read, entry: number): number[] | undefined {
  const type = read(entry + 2, 2);
  const count = read(entry + 4, 4);
  const size = SIZES[type] ?? 0;
  if (size === 0 || count === 0 || count > MAX_VALUES) return undefined;
  const at = size * count <= 4 ? entry + 8 : read(entry + 8, 4);
  if (at + size * count > file.length) return undefined;
  // JPEG tables: kept as a place in the file, not as thousands of numbers.
  if (type === UNDEFINED) return [at, count];
  return Array.from({ length: count }, (_, i) => {
    const value = at + i * size;
    if (type === RATIONAL) return read(value, 4) / Math.max(1, read(value + 4, 4));
    return size > 6 ? 0 : read(value, size);
  });
}
