import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { RagError } from '../../errors.ts';
import type { Exported } from '../../pipeline/exported.ts';
import type { Verified } from '../../pipeline/verify.ts';
import { originalDeps } from '../../wiring.ts';
import { type App, type Exit, handle, type Invocation, verb } from '../app.ts';
import { passwordsOf } from '../passwords.ts';
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
    const context = await run.context();
    const { verify } = await import('../../pipeline/verify.ts');
    const passwords = options.passwordFile === undefined ? [] : await passwordsOf(run, options.passwordFile);
    const deps = await originalDeps(context, passwords);
    const result = await verify(deps, await exported(run, name!), run.io.signal);
    return { result, text: text(run, result), exit: result.valid === result.checked ? 0 : 8 };
  });
}

async function exported(run: Invocation, name: string): Promise<Exported> {
  const { readExported } = await import('../../pipeline/exported.ts');
  if (name === '-') {
    return readExported((await standardInput(run.app)).toString('utf8'), 'standard input');
  }
  const saved = await readFile(resolve(run.app.cwd, name), 'utf8').catch(() => undefined);
  if (saved !== undefined) return readExported(saved, name);
  const session = await (await (await run.context()).chats()).find(name);
  if (session !== undefined) return readExported(JSON.stringify(session), name);
  throw new RagError('not_found', `${name} is neither a file nor a chat session`, {
    hint: 'rag chat --list names the sessions',
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
