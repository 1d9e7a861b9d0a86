import type { Command } from 'commander';
import type { Session, Turn } from '../../chats/chats.ts';
import { RagError } from '../../errors.ts';
import { answerDeps, sources, streaming } from '../answering.ts';
import { type App, type Exit, handle, type Invocation, type Outcome, verb } from '../app.ts';
import { oneLine, printable } from '../style.ts';
import { inputOf, type SearchOptions, withSearchFlags } from './search.ts';

interface Options extends SearchOptions {
  resume?: string;
  list?: boolean;
}

export function chatCommand(app: App, exit: Exit): Command {
  const command = verb('chat', 'a conversation with your documents; not on a terminal: questions from standard input', [
    'rag chat',
    'echo "how long are backups kept?" | rag chat',
  ])
    .option('--resume <id>', 'go on with a saved conversation')
    .option('--list', 'name the saved conversations');
  withSearchFlags(command, 8);
  return handle<Options>(command, app, exit, async (run, options) => {
    const chats = await (await run.context()).chats();
    if (options.list) return listed(run, await chats.list());
    const { newSessionId } = await import('../../pipeline/converse.ts');
    const session = options.resume
      ? await found(run, options.resume)
      : { id: newSessionId(new Date()), title: '', started: '', turns: [] };
    if (!app.stdin.isTTY || !app.stdout.isTTY || run.options.json) return lines(run, options, session);
    const { chatting } = await import('../chatting.ts');
    const { text: _, ...search } = inputOf(options, '');
    await chatting(run, session, search);
    return { text: session.turns.length > 0 ? run.say.chat.resume(session.id) : '' };
  });
}

async function found(run: Invocation, id: string): Promise<Session> {
  const session = await (await (await run.context()).chats()).find(id);
  if (session) return session;
  throw new RagError('not_found', `no conversation ${oneLine(id)} in this home`, {
    hint: 'rag chat --list names them',
    zh: `此库中没有会话 ${oneLine(id)}`,
  });
}

function listed({ style }: Invocation, sessions: Session[]): Outcome {
  const result = { sessions: sessions.map(({ turns, ...rest }) => ({ ...rest, turns: turns.length })) };
  const text = sessions.map(({ id, started, title, turns }) =>
    [style.link(id), started.slice(0, 16).replace('T', ' '), turns.length, oneLine(title)].join('  '),
  );
  return { result, text: text.join('\n') };
}

/** A question a line, an answer each; what went before is remembered. */
async function lines(run: Invocation, options: Options, session: Session): Promise<Outcome> {
  const { createInterface } = await import('node:readline');
  const { converse } = await import('../../pipeline/converse.ts');
  const deps = { ...(await answerDeps(run)), chats: await (await run.context()).chats() };
  const { io, live } = streaming(run);
  const turns: Turn[] = [];
  for await (const line of createInterface({ input: run.app.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (run.io.signal.aborted) break;
    if (line.trim() === '') continue;
    const { turn } = await converse(deps, session, inputOf(options, line.trim()), io);
    session.turns.push(turn);
    turns.push(turn);
    if (!run.options.json) run.print(`${live ? '' : printable(turn.answer)}\n${sources(run, turn)}\n\n`);
  }
  return { result: { session: session.id, turns } };
}
