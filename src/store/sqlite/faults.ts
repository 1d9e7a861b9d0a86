import { dirname } from 'node:path';
import { RagError } from '../../errors.ts';

/** SQLite's and the system's codes, in our words. Anything else is passed on. */
export function translate(error: unknown, file: string): unknown {
  if (error instanceof RagError) return error;
  const code = String((error as { code?: unknown }).code);
  const home = dirname(file);
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(code))
    return new RagError('unavailable', `the disk of ${home} is full`, {
      hint: 'free some space and run the same command again: it continues where it stopped',
      zh: `${home} 所在的磁盘已满`,
      cause: error,
    });
  // Node says ENOENT where a folder cannot be made on a read-only disk.
  if (/^(SQLITE_READONLY|SQLITE_CANTOPEN|EACCES|EPERM|EROFS|ENOENT|ENOTDIR)/.test(code))
    return new RagError('config', `${home} cannot be written (${code})`, {
      hint: 'give yourself write access to it, or choose another place with --home DIR',
      zh: `无法写入 ${home}（${code}）`,
      cause: error,
    });
  if (/^(SQLITE_CORRUPT|SQLITE_NOTADB|SQLITE_IOERR)/.test(code))
    return new RagError('verify', `${file} is damaged (${code})`, {
      hint: 'rag doctor says what can be saved; moving the folder away and running rag ingest builds it anew',
      zh: `${file} 已损坏（${code}）`,
      cause: error,
    });
  if (code.startsWith('SQLITE_BUSY'))
    return new RagError('locked', `${home} is busy`, { hint: 'try again in a moment', cause: error });
  return error;
}
