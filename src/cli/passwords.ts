import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RagError } from '../errors.ts';
import type { Invocation } from './app.ts';

/** `--password-file`: one a line, tried in turn. */
export async function passwordsOf(run: Invocation, file: string): Promise<string[]> {
  const text = await readFile(resolve(run.app.cwd, file), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new RagError('usage', `the password file ${file} cannot be read (${cause.code})`, {
      hint: 'give a text file with one password a line',
      zhHint: '请给出每行一个密码的文本文件',
      zh: `无法读取密码文件 ${file}（${cause.code}）`,
      cause,
    });
  });
  return text.split(/\r?\n/).filter((line) => line !== '');
}
