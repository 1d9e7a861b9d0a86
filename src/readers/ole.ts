import CFB from 'cfb';
import { ReadError } from './reader.ts';

export interface Ole {
  /** A stream by its name at the top level, undefined if there is none. */
  stream(name: string): Buffer | undefined;
}

/** Opens an OLE2 compound file. Throws ReadError('corrupt'). */
export function openOle(bytes: Uint8Array): Ole {
  let container: CFB.CFB$Container;
  try {
    container = CFB.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), { type: 'buffer' });
  } catch (error) {
    throw new ReadError('corrupt', 'the OLE2 container is damaged or cut off', { cause: error });
  }
  if (CFB.find(container, '/EncryptedPackage'))
    throw new ReadError('encrypted', 'the document is protected by a password');
  return {
    stream(name) {
      const content = CFB.find(container, `/${name}`)?.content;
      return content && Buffer.from(content as Uint8Array);
    },
  };
}
