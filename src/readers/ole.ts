import CFB from 'cfb';
import { ReadError } from './reader.ts';

export interface Ole {
  /** A stream by its name at the top level, undefined if there is none. */
  stream(name: string): Buffer | undefined;
}

/** Opens an OLE2 compound file. Throws ReadError('corrupt'), or ReadError('encrypted') for an OOXML file with a password. */
export function openOle(bytes: Uint8Array): Ole {
  const parts = openParts(bytes);
  if (parts.has('EncryptedPackage')) throw new ReadError('encrypted', 'the document is protected by a password');
  return { stream: (name) => parts.get(name) };
}

/** All streams of an OLE2 compound file by their path below the root, `storage/stream`. Throws ReadError('corrupt'). */
export function openParts(bytes: Uint8Array): Map<string, Buffer> {
  let container: CFB.CFB$Container;
  try {
    container = CFB.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), { type: 'buffer' });
  } catch (error) {
    throw new ReadError('corrupt', 'the OLE2 container is damaged or cut off', { cause: error });
  }
  const parts = new Map<string, Buffer>();
  for (const [i, full] of container.FullPaths.entries()) {
    const entry = container.FileIndex[i];
    const name = full.slice(full.indexOf('/') + 1);
    // Storages end in a slash.
    if (entry?.content === undefined || name === '' || name.endsWith('/') || parts.has(name)) continue;
    const content = entry.content as Uint8Array;
    parts.set(name, Buffer.from(content.buffer ?? content, content.byteOffset, content.length));
  }
  return parts;
}
