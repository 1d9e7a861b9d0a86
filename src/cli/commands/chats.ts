import { Command } from 'commander';
import { type App, type Exit, handle, type Invocation, verb } from '../app.ts';
import { oneLine, printable } from '../style.ts';

async function staleIn(run: Invocation) {
  const client = await run.client();
  if (client) return client.stale(run.io.signal);
  const { staleAnswers } = await import('../../pipeline/stale.ts');
  const context = await run.context();
  return staleAnswers(await context.reader(), await (await context.chats()).list());
}

export function chatsCommand(app: App, exit: Exit): Command {
  const group = new Command('chats').description('saved conversations as a whole');
  const stale = verb('stale', 'which saved answers rest on text that has changed since', [
    'rag chats stale',
    'rag chats stale --json',
  ]);
  group.addCommand(
    handle<object>(stale, app, exit, async (run) => {
      const result = await staleIn(run);
      const { say, style } = run;
      const blocks = result.stale.map(({ session, at, question, citations }) =>
        [
          `${style.link(session)}  ${at.slice(0, 16).replace('T', ' ')}  ${oneLine(question)}`,
          ...citations.map(
            ({ source, quote, reason }) =>
              `  ${say.stale[reason]}: ${oneLine(source)} › “${printable(quote).replace(/\s+/g, ' ').slice(0, 120)}”`,
          ),
        ].join('\n'),
      );
      return { result, text: [...blocks, say.stale.summary(result.stale.length, result.answers)].join('\n') };
    }),
  );
  return group;
}
