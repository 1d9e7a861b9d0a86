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
      zhHint: '请腾出空间，然后重新运行同一命令：会从中断处继续',
      zh: `${home} 所在的磁盘已满`,
      cause: error,
    });
  // Node says ENOENT where a folder cannot be made on a read-only disk.
  if (/^(SQLITE_READONLY|SQLITE_CANTOPEN|EACCES|EPERM|EROFS|ENOENT|ENOTDIR)/.test(code))
    return new RagError('config', `${home} cannot be written (${code})`, {
      hint: 'give yourself write access to it, or choose another place with --home DIR',
      zhHint: '请取得写入权限，或用 --home DIR 另选位置',
      zh: `无法写入 ${home}（${code}）`,
      cause: error,
    });
  if (/^(SQLITE_CORRUPT|SQLITE_NOTADB|SQLITE_IOERR)/.test(code))
    return new RagError('verify', `${file} is damaged (${code})`, {
      hint: 'rag doctor says what can be saved; moving the folder away and running rag ingest builds it anew',
      zhHint: 'rag doctor 说明能挽救什么；移走该文件夹再运行 rag ingest 可重新建立',
      zh: `${file} 已损坏（${code}）`,
      cause: error,
    });
  if (code.startsWith('SQLITE_BUSY'))
    return new RagError('locked', `${home} is busy`, {
      hint: 'try again in a moment',
      zhHint: '请稍后再试',
      zh: `${home} 正忙`,
      cause: error,
    });
  return error;
}
