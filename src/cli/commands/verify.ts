import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Session } from '../../chats/chats.ts';
import { RagError } from '../../errors.ts';
import type { Exported } from '../../pipeline/exported.ts';
import type { Verified } from '../../pipeline/verify.ts';
import { originalDeps } from '../../wiring.ts';
import { type App, type Exit, handle, type Invocation, verb } from '../app.ts';
import { passwordsOf } from '../passwords.ts';
import { onlyLocal } from '../stack.ts';
import { standardInput } from '../stdin.ts';
import { oneLine, printable } from '../style.ts';

export function verifyCommand(app: App, exit: Exit): Command {
  const command = verb('verify', 'read the cited files again and check every quote, byte for byte', [
    'rag verify answer.json',
    'rag query "how long are backups kept?" --json | rag verify -',
  ])
    .argument('<answer>', 'a saved answer (JSON, JSON lines, exported Markdown), a chat session, or -')
    .option('--password-file <file>', 'passwords for encrypted files, one a line');
  return handle<{ passwordFile?: string }>(command, app, exit, async (run, options, name) => {
    const result = await checked(run, options.passwordFile, name!);
    return { result, text: text(run, result), exit: result.valid === result.checked ? 0 : 8 };
  });
}

async function checked(run: Invocation, passwordFile: string | undefined, name: string): Promise<Verified> {
  const client = await run.client();
  if (client) {
    onlyLocal({ '--password-file': passwordFile });
    return client.verify(await exported(run, name), run.io.signal);
  }
  const context = await run.context();
  const { verify } = await import('../../pipeline/verify.ts');
  const passwords = passwordFile === undefined ? [] : await passwordsOf(run, passwordFile);
  return verify(await originalDeps(context, passwords), await exported(run, name), run.io.signal);
}

async function sessionOf(run: Invocation, id: string): Promise<Session | undefined> {
  const client = await run.client();
  if (!client) return (await (await run.context()).chats()).find(id);
  return client.session(id, run.io.signal).catch((error: unknown) => {
    if (error instanceof RagError && error.code === 'not_found') return undefined;
    throw error;
  });
}

async function exported(run: Invocation, name: string): Promise<Exported> {
  const { readExported } = await import('../../pipeline/exported.ts');
  if (name === '-') {
    return readExported((await standardInput(run.app)).toString('utf8'), 'standard input');
  }
  const saved = await readFile(resolve(run.app.cwd, name), 'utf8').catch(() => undefined);
  if (saved !== undefined) return readExported(saved, name);
  const session = await sessionOf(run, name);
  if (session !== undefined) return readExported(JSON.stringify(session), name);
  throw new RagError('not_found', `${name} is neither a file nor a chat session`, {
    hint: 'rag chat --list names the sessions',
    zhHint: 'rag chat --list 列出所有会话',
    zh: `${name} 既不是文件也不是会话`,
  });
}

function text({ say, style }: Invocation, result: Verified): string {
  const wrong = [...result.drifted, ...result.missing].map(
    ({ n, source, quote, reason }) =>
      `${style.bold('✗')} ${n === undefined ? '' : `[${n}] `}${oneLine(source)}: ${reason}\n    “${printable(quote).replace(/\s+/g, ' ').slice(0, 200)}”`,
  );
  const doubts = result.unsupported.map((sentence) => `? ${say.unsupported}: ${printable(sentence)}`);
  const moved = result.moved.length > 0 ? [say.verify.moved(result.moved.length)] : [];
  return [...wrong, ...doubts, say.verify.summary(result.valid, result.checked), ...moved].join('\n');
}
