import { ReadError, type Reader, type ReadOptions } from './reader.ts';

/**
 * A reader whose every failure is a ReadError: what a parser throws on damaged input is `corrupt`. A file that yields no text at
 * all, and holds no other file, is `empty`. An abort goes through as it is.
 */
export function guarded(read: Reader): Reader {
  return async function* guardedRead(bytes, options) {
    let found = false;
    const child: ReadOptions['child'] = async (name, content) => {
      found = true;
      await options.child?.(name, content);
    };
    try {
      for await (const section of read(bytes, { ...options, child })) {
        found ||= section.text.trim() !== '';
        yield section;
      }
    } catch (error) {
      if (error instanceof ReadError || options.signal?.aborted) throw error;
      throw new ReadError('corrupt', `damaged: ${(error as Error).message}`, { cause: error });
    }
    if (!found) throw new ReadError('empty', 'no text in the file');
  };
}
