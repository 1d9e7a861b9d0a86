import type { Readable } from 'node:stream';

export interface Blob {
  sha256: string;
  bytes: number;
  /** Milliseconds since 1970. */
  modified: number;
}

/**
 * Bytes named by their SHA-256 in hex. Throws RagError('unavailable') for what a retry may cure, and 'config' where the place or its keys
 * are wrong. Every driver passes test/contract/blobs.ts.
 */
export interface Blobs {
  /** For messages. */
  readonly place: string;
  exists(): Promise<boolean>;
  /** Makes the place if it is not there; safe to call again. */
  ready(): Promise<void>;
  /**
   * Keeps `bytes` bytes, whole or not at all; what is there already is not written again. Resolves to whether it was new. Memory is
   * bounded whatever the size. Throws RagError('verify') if the content is not what its name says.
   */
  put(sha256: string, bytes: number, content: AsyncIterable<Uint8Array>): Promise<boolean>;
  /** The stream ends with RagError('verify') if the bytes are not what the name says. Throws RagError('not_found'). */
  get(sha256: string): Promise<Readable>;
  has(sha256: string): Promise<boolean>;
  /** Resolves also if there is no such thing. */
  delete(sha256: string): Promise<void>;
  /** In no order that matters. */
  list(): AsyncIterable<Blob>;
  /** Removes what puts left that died before this time (milliseconds since 1970). */
  sweep(before: number): Promise<void>;
  close(): Promise<void>;
}
