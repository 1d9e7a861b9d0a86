import type { Command } from 'commander';
import type { Session, Turn } from '../../chats/chats.ts';
import { RagError } from '../../errors.ts';
import type { SearchInput } from '../../pipeline/search.ts';
import type { Io } from '../../types.ts';
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
    if (options.list) return listed(run, await sessionsOf(run));
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

type Summary = Omit<Session, 'turns'> & { turns: number };

async function sessionsOf(run: Invocation): Promise<Summary[]> {
  const client = await run.client();
  if (client) return client.chats(run.io.signal);
  const sessions = await (await (await run.context()).chats()).list();
  return sessions.map(({ turns, ...rest }) => ({ ...rest, turns: turns.length }));
}

async function found(run: Invocation, id: string): Promise<Session> {
  const client = await run.client();
  if (client) return client.session(id, run.io.signal);
  const session = await (await (await run.context()).chats()).find(id);
  if (session) return session;
  throw new RagError('not_found', `no conversation ${oneLine(id)} in this home`, {
    hint: 'rag chat --list names them',
    zhHint: 'rag chat --list 列出所有会话',
    zh: `此库中没有会话 ${oneLine(id)}`,
  });
}

function listed({ style }: Invocation, sessions: Summary[]): Outcome {
  const text = sessions.map(({ id, started, title, turns }) =>
    [style.link(id), started.slice(0, 16).replace('T', ' '), turns, oneLine(title)].join('  '),
  );
  return { result: { sessions }, text: text.join('\n') };
}

/** Where turns are made. A session in the stack home has its name from there, with its first turn. */
async function converser(run: Invocation, session: Session, io: Io): Promise<(input: SearchInput) => Promise<Turn>> {
  const client = await run.client();
  if (client) {
    const { inStack } = await import('../conversation.ts');
    const { ask } = inStack(run, client, session);
    return (input) => ask(input, io);
  }
  const { converse } = await import('../../pipeline/converse.ts');
  const deps = { ...(await answerDeps(run)), chats: await (await run.context()).chats() };
  return async (input) => (await converse(deps, session, input, io)).turn;
}

/** A question a line, an answer each; what went before is remembered. */
async function lines(run: Invocation, options: Options, session: Session): Promise<Outcome> {
  const { createInterface } = await import('node:readline');
  const { io, live } = streaming(run);
  const converse = await converser(run, session, io);
  const turns: Turn[] = [];
  for await (const line of createInterface({ input: run.app.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (run.io.signal.aborted) break;
    if (line.trim() === '') continue;
    const turn = await converse(inputOf(options, line.trim()));
    session.turns.push(turn);
    turns.push(turn);
    if (!run.options.json) run.print(`${live ? '' : printable(turn.answer)}\n${sources(run, turn)}\n\n`);
  }
  return { result: { session: session.id, turns } };
}
