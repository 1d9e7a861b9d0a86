import { closeSync, fdatasyncSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { damaged } from './damage.ts';

/** Bytes gathered before they are written. */
const PIECE = 1 << 20;

export interface FileWriter {
  /** Where the next byte goes. */
  readonly at: number;
  write(bytes: Uint8Array): void;
  /** On the disk when it returns. */
  end(): void;
  /** Closes what is not closed yet. */
  abandon(): void;
}

/** Writes a file from `from` on, in large pieces. */
export function fileWriter(path: string, flags: 'wx' | 'w' | 'r+', from = 0): FileWriter {
  const file = openSync(path, flags);
  let open = true;
  // Once: by then another file may have this number.
  const close = () => {
    if (open) closeSync(file);
    open = false;
  };
  let buffer = Buffer.allocUnsafe(1 << 16);
  let filled = 0;
  let written = from;
  const flush = () => {
    for (let done = 0; done < filled; ) done += writeSync(file, buffer, done, filled - done, written + done);
    written += filled;
    filled = 0;
  };
  const room = (bytes: number) => {
    if (filled + bytes <= buffer.length) return;
    if (filled >= PIECE) flush();
    if (filled + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * buffer.length, filled + bytes));
    buffer.copy(larger, 0, 0, filled);
    buffer = larger;
  };
  return {
    get at() {
      return written + filled;
    },
    write(bytes) {
      room(bytes.length);
      buffer.set(bytes, filled);
      filled += bytes.length;
    },
    end() {
      try {
        flush();
        fdatasyncSync(file);
      } finally {
        close();
      }
    },
    abandon: close,
  };
}

/** Makes the names in a folder last; a system without the notion (Windows) does so by itself. */
export function syncFolder(dir: string): void {
  try {
    const folder = openSync(dir, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch (error) {
    if (process.platform !== 'win32') throw error;
  }
}

/** Throws RagError('verify') if the file ends before. */
export function readExactly(file: number, name: string, position: number, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(bytes);
  for (let done = 0; done < bytes; ) {
    const got = readSync(file, buffer, done, bytes - done, position + done);
    if (got === 0) throw damaged(name, 'its end');
    done += got;
  }
  return buffer;
}
