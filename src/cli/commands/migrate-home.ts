import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.ts';
import { RagError } from '../../errors.ts';
import type { Moved, Side } from '../../migrate/home.ts';
import { type App, type Exit, handle, type Invocation, type Outcome, verb } from '../app.ts';
import { count } from '../options.ts';
import { baseOf, connect, STACK } from '../stack.ts';

interface Options {
  to: 'stack' | 'local';
  queries?: string;
  questions: number;
  plan?: boolean;
  keep?: boolean;
}

export function migrateHomeCommand(app: App, exit: Exit): Command {
  const command = verb(
    'home',
    'bring a whole home to the server or back, prove that it answers the same, then switch',
    ['rag migrate home --to stack', 'rag migrate home --to local --plan'],
  )
    .addOption(new Option('--to <where>', 'where it goes').choices(['stack', 'local']).makeOptionMandatory())
    .option(
      '--queries <file>',
      'ask both sides these: JSON lines of {"question"} (default: questions asked before, then some made from the documents)',
    )
    .option('--questions <n>', 'how many at most', count, 200)
    .option('--keep', 'leave rag.yaml as it is')
    .option('--plan', 'say what would be done, and do nothing');
  return handle<Options>(command, app, exit, async (run, options) => {
    const context = await folderContext(run);
    try {
      return await move(run, options, context);
    } finally {
      await context.close();
    }
  });
}

/** The folder's home, also where the settings say `stack`. */
async function folderContext(run: Invocation): Promise<Context> {
  const { openContext, findHome } = await import('../../context.ts');
  const config = await run.config();
  const { home } = run.options;
  if (home === STACK)
    throw new RagError('usage', 'a move has the stack on one side and a folder on the other: --home names the folder', {
      hint: 'rag migrate home --to stack --home DIR',
      zh: '迁移的一端是 stack，另一端是文件夹：--home 指定文件夹',
    });
  const set = config.values.HOME === STACK ? await baseOf(run) : config.values.HOME;
  const note = (message: string) => run.io.report({ type: 'note', message });
  return openContext({
    config,
    root: findHome(run.app.cwd, home ?? set),
    verb: 'migrate home',
    note,
    signal: run.app.signal,
  });
}

async function move(run: Invocation, options: Options, context: Context): Promise<Outcome> {
  const { folderSide } = await import('../../migrate/folder.ts');
  const { moveHome } = await import('../../migrate/home.ts');
  const { stackSide } = await import('../../client/moving.ts');
  const { searchDeps } = await import('../../wiring.ts');
  const client = await connect(run.app, await run.config(), run.lang, run.io);
  const folder = folderSide(
    {
      ...{ root: context.root, chats: await context.chats() },
      latest: () => context.latest(),
      writer: () => context.writer(),
      searching: (store) => searchDeps(context, store),
    },
    run.io,
  );
  const stack = stackSide(client, run.io);
  const [from, to] = options.to === 'stack' ? [folder, stack] : [stack, folder];
  if (options.plan) return plan(run, from, to, options.questions);
  const questions = () => questionsFor(run, options, context, from);
  const { confirm } = await import('../confirm.ts');
  await confirm(run, run.say.move.ask(from.name, to.name));
  const scratch = join(context.root, '.rag', 'moving');
  const result = await moveHome(from, to, { scratch, questions }, run.io);
  const file = options.keep ? undefined : await switched(run, context.root, options.to);
  return {
    result: { ...result, switched: file !== undefined, ...(file ? { config: file } : {}) },
    text: said(run, result, file),
  };
}

/** Named ones; else those that were asked before, filled up with some made from the documents. */
async function questionsFor(run: Invocation, options: Options, context: Context, from: Side): Promise<string[]> {
  const { parseCases } = await import('../../pipeline/cases.ts');
  if (options.queries !== undefined) {
    const file = resolve(run.app.cwd, options.queries);
    const text = await readFile(file, 'utf8').catch((cause) => {
      throw new RagError('not_found', `no questions at ${file}`, { zh: `没有题目文件 ${file}`, cause });
    });
    return [...new Set(parseCases(text).map(({ question }) => question))].slice(0, options.questions);
  }
  const past = (await from.sessions()).flatMap(({ turns }) => turns.map((turn) => turn.standalone ?? turn.question));
  const asked = [...new Set(past)].slice(0, options.questions);
  if (asked.length === options.questions) return asked;
  const { makeQuestions } = await import('../../pipeline/questions.ts');
  const { store, release } = await context.latest();
  const count = options.questions - asked.length;
  const made = await makeQuestions(store, { count, signal: run.io.signal }).finally(release);
  return [...new Set([...asked, ...made.map(({ question }) => question)])];
}

async function plan(run: Invocation, from: Side, to: Side, questions: number): Promise<Outcome> {
  const here = await from.status();
  const there = await to.status();
  let files = 0;
  let bytes = 0;
  for await (const original of from.originals()) {
    files++;
    bytes += original.bytes;
  }
  const result = { from: from.name, to: to.name, here, there, originals: { files, bytes }, questions };
  return { result: { plan: result }, text: run.say.move.plan(from.name, to.name, here, files, bytes, questions) };
}

/** Where later verbs look: `home: stack` in rag.yaml, or its absence. */
async function switched(run: Invocation, root: string, to: Options['to']): Promise<string> {
  const { setKey } = await import('../yaml-key.ts');
  const file = (await run.config()).file ?? join(root, 'rag.yaml');
  await setKey(file, 'home', to === 'stack' ? STACK : undefined);
  return file;
}

function said({ say }: Invocation, moved: Moved, file: string | undefined): string {
  const { move } = say;
  const { originals, parity } = moved;
  const lines = [
    move.moved(moved.documents, moved.chunks, moved.added + moved.updated),
    move.originals(originals.sent, originals.present, originals.absent.length),
    move.talks(moved.sessions, moved.turns),
    ...(['hybrid', 'lexical', 'vector'] as const).map((mode) =>
      move.parity(mode, parity[mode].questions, parity[mode].overlap, parity[mode].equal),
    ),
    file === undefined ? move.kept : move.switched(moved.to, file),
  ];
  return lines.join('\n');
}
