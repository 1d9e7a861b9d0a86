import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Session } from '../chats/chats.ts';
import type { SearchInput } from '../pipeline/search.ts';
import type { CommandResult } from '../tui/chat.tsx';
import type { Opened, State } from '../tui/state.ts';
import type { Citation } from '../types.ts';
import type { Invocation } from './app.ts';
import type { Conversation } from './conversation.ts';
import { chatMarkdown } from './markdown.ts';
import { place } from './messages.ts';
import { oneLine, printable } from './style.ts';

/** Characters shown before and after an opened passage. */
const AROUND = 2000;

/** `rag chat` on a terminal. */
export async function chatting(run: Invocation, session: Session, search: Omit<SearchInput, 'text'>): Promise<void> {
  const { chat } = await import('../tui/chat.tsx');
  const { graphicsOf } = await import('../tui/graphics.ts');
  const graphics = graphicsOf(run.app.env);
  const { say } = run;
  const { inFolder, inStack } = await import('./conversation.ts');
  const client = await run.client();
  const conversation = client ? inStack(run, client, session) : await inFolder(run, session);

  const inputFor = (question: string, { scope, k }: State): SearchInput => {
    const filter = { ...search.filter, ...(scope === undefined ? {} : { in: [scope] }) };
    return { ...search, text: question, k, ...(Object.keys(filter).length > 0 ? { filter } : {}) };
  };

  const commands: Record<string, (argument: string, state: State) => Promise<CommandResult> | CommandResult> = {
    in: (argument) => ({ scope: argument === '' ? undefined : globOf(argument) }),
    k: (argument) => {
      const k = Number(argument);
      return Number.isInteger(k) && k > 0 && k <= 100 ? { k } : { note: say.chat.badK };
    },
    async model(argument) {
      const model = await conversation.model(argument);
      return { note: model === undefined ? say.extractive : say.answeredBy(model) };
    },
    sources: () => ({ note: session.turns.at(-1)?.citations.map(cited).join('\n') || say.noHits }),
    async why(argument, state) {
      const last = session.turns.at(-1);
      if (!last || argument === '') return { note: say.chat.whyUse };
      const found = await conversation.why({ ...inputFor(last.standalone ?? last.question, state), doc: argument });
      const steps = found.steps.map((step) => `${step.ok ? '✓' : '✗'} ${say.stages[step.stage]}: ${step.detail}`);
      return { note: [...steps, `→ ${found.advice}`].join('\n') };
    },
    async save(argument) {
      const file = resolve(run.app.cwd, argument || `chat-${session.id}.json`);
      await writeFile(file, `${JSON.stringify({ session: session.id, turns: session.turns }, null, 2)}\n`);
      return { note: say.wrote(file) };
    },
    async export(argument) {
      const name = argument.replace(/^md\b\s*/, '');
      const file = resolve(run.app.cwd, name || `chat-${session.id}.md`);
      await writeFile(
        file,
        chatMarkdown(session, (citation) => cited(citation)),
      );
      return { note: say.wrote(file) };
    },
    help: () => ({ note: say.chat.help }),
    quit: () => ({ leave: true }),
  };
  const cited = (citation: Citation) => {
    const where = [oneLine(citation.source), place(say, citation.locator)].filter(Boolean).join(' › ');
    return `[${citation.n}] ${where}`;
  };

  await chat({
    ...{ stdin: run.app.stdin as NodeJS.ReadStream, stdout: run.app.stdout as NodeJS.WriteStream },
    ...{ turns: session.turns, scope: undefined, k: search.k, words: say.chat, printable },
    color: run.options.color !== false && !run.app.env.NO_COLOR,
    graphics,
    place: (citation) => [oneLine(citation.source), place(say, citation.locator)].filter(Boolean).join(' › '),
    async ask(question, state, token, signal) {
      const io = {
        signal,
        report: (event: Parameters<typeof run.io.report>[0]) => void (event.type === 'token' && token(event.text)),
      };
      const turn = await conversation.ask(inputFor(question, state), io);
      session.turns.push(turn);
      return turn;
    },
    open: (citation) => open(run, conversation, citation, cited(citation), graphics !== undefined),
    async command(name, argument, state) {
      const known = commands[name];
      return known ? known(argument, state) : { note: say.chat.unknown(name) };
    },
  });
}

/** `docs/api` means all below it. */
function globOf(scope: string): string {
  return /[*?[{]/.test(scope) || /\.\w+$/.test(scope) ? scope : `${scope.replace(/\/+$/, '')}/**`;
}

/** The quote in the text around it, from the home: it is what the answer was made of. */
async function open(
  run: Invocation,
  conversation: Conversation,
  citation: Citation,
  title: string,
  pictures: boolean,
): Promise<Opened> {
  const { start, end } = citation.locator;
  const text = await conversation.text(citation);
  if (text.slice(start, end) !== citation.quote)
    return {
      title: `${title} — ${run.say.stale.changed}`,
      before: citation.prefix,
      quote: citation.quote,
      after: citation.suffix,
    };
  const page = pictures ? await conversation.page(citation, text) : undefined;
  return {
    title,
    before: text.slice(Math.max(0, start - AROUND), start),
    quote: citation.quote,
    after: text.slice(end, end + AROUND),
    ...(page === undefined ? {} : { page }),
  };
}
