import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { RagError } from '../../errors.ts';
import { type Named, nameOf, parseName, wordOf } from '../../models/named.ts';
import { parseCases } from '../../pipeline/cases.ts';
import { configuredModel } from '../../providers.ts';
import { type App, type Exit, handle, type Invocation, type Outcome, verb } from '../app.ts';
import { budget, duration } from '../options.ts';

interface UseOptions {
  undo?: boolean;
  queries?: string;
  budget?: number;
  wait?: number;
}

export function modelCommand(app: App, exit: Exit): Command {
  const group = new Command('model').description('the model that turns text into vectors');
  const list = verb('list', 'embedding models: in use, kept, and to be had here', [
    'rag model list',
    'rag model list --json',
  ]);
  handle<object>(list, app, exit, (run) => listModels(run));
  const use = verb('use', 'build vectors of another model beside the present ones, compare, switch in one step', [
    'rag model use ollama/bge-m3',
    'rag model use --undo',
  ])
    .argument('[id]', 'builtin, ollama/NAME or openai/NAME')
    .option('--undo', 'back to the model before, whose vectors were kept')
    .option(
      '--queries <file>',
      'compare on these: JSON lines of {"question", "quote" or "doc"} (default: questions asked before)',
    )
    .option('--budget <time>', 'stop in time, e.g. 10m; the same command goes on', duration)
    .option('--wait <time>', 'wait this long for another writer', duration);
  handle<UseOptions>(use, app, exit, (run, options, id) => useModel(run, options, id));
  return group.addCommand(list).addCommand(use);
}

async function listModels(run: Invocation): Promise<Outcome> {
  const context = await run.context();
  const { model, shelf } = await (await context.reader()).fingerprint();
  const configured = configuredModel(context.config.values);
  const current = model ?? (configured === undefined ? 'builtin' : wordOf(configured));
  const found = [current, shelf?.model, ...(configured === undefined ? [] : [wordOf(configured)]), 'builtin'];
  const words = new Map(
    found.flatMap((id) => (id === undefined ? [] : [[wordOf(parseName(id)), id] as const])).reverse(),
  );
  for (const name of await context.ollamaEmbedders()) {
    const word = wordOf({ provider: 'ollama', name });
    if (!words.has(word)) words.set(word, word);
  }
  const models = [...words].map(([name, id]) => ({
    ...{ id: name, current: id === current, kept: id === shelf?.model },
    ...(id === name ? {} : { fingerprint: id }),
  }));
  const lines = models.map(({ id, current, kept }) => {
    const what = current ? run.say.model.current : kept ? run.say.model.kept : '';
    return `${current ? '*' : ' '} ${run.style.bold(id)}${what && `  (${what})`}`;
  });
  return { result: { models }, text: lines.join('\n') };
}

async function useModel(run: Invocation, options: UseOptions, id: string | undefined): Promise<Outcome> {
  if ((options.undo === true) === (id !== undefined))
    throw new RagError('usage', 'name a model, or --undo', {
      hint: 'rag model list names those that are there',
      zhHint: 'rag model list 列出现有的模型',
      zh: '请给出模型名，或用 --undo',
    });
  const { pastQuestions, switchModel, undoSwitch } = await import('../../pipeline/switch.ts');
  const context = await run.context();
  const named = id === undefined ? undefined : parseName(id);
  if (named !== undefined) refuseOther(named, configuredModel(context.config.values), context.config.origins);
  const past = pastQuestions(
    await (await context.chats()).list(),
    await asked(
      options.queries ? resolve(run.app.cwd, options.queries) : join(context.root, '.rag/eval/questions.jsonl'),
      options.queries !== undefined,
    ),
  );
  const { store, release } = await context.writer(options.wait);
  try {
    if (named === undefined) {
      const result = await undoSwitch(store);
      return { result, text: run.say.model.switched(result.to) };
    }
    const { model } = await store.fingerprint();
    const result = await switchModel(
      {
        store,
        embedder: await context.embedderNamed(named, 'bulk'),
        questions: {
          next: await context.embedderNamed(named, 'question'),
          present: () => context.embedderNamed(nameOf(model!), 'question'),
        },
        bridge: () => context.bridge(),
      },
      { past, force: run.options.yes === true, expired: budget(options.budget) },
      run.io,
    );
    return { result, text: said(run, result) };
  } finally {
    await release();
  }
}

function said(
  { say }: Invocation,
  result: {
    to: string;
    from?: string;
    better: number;
    worse: number;
    same: number;
    pending: number;
    switched: boolean;
  },
): string {
  if (result.from === result.to) return say.model.already(result.to);
  if (!result.switched) return say.model.goesOn(result.pending);
  const { better, worse, same } = result;
  const compared = better + worse + same === 0 ? '' : `${say.model.compared(better, worse, same)}\n`;
  return `${compared}${say.model.switched(result.to)}`;
}

/** A setting that names another model would go on asking with that. */
function refuseOther(named: Named, configured: Named | undefined, origins: Record<string, string>): void {
  if (configured === undefined || wordOf(configured) === wordOf(named)) return;
  const key = configured.provider === 'openai' ? 'EMBEDDING_MODEL' : 'LOCAL_EMBEDDING_MODEL';
  throw new RagError('config', `${key} is set to another model (${wordOf(configured)}, ${origins[key]})`, {
    hint: `take ${key} out of there; the home remembers its model by itself`,
    zhHint: `请从该处删去 ${key}；库会记住自己的模型`,
    zh: `${key} 设定了另一个模型（${wordOf(configured)}，${origins[key]}）`,
  });
}

async function asked(file: string, wanted: boolean) {
  try {
    return parseCases(await readFile(file, 'utf8'));
  } catch (cause) {
    if (cause instanceof RagError) throw cause;
    if (!wanted) return [];
    throw new RagError('not_found', `no questions at ${file}`, { zh: `没有题目文件 ${file}`, cause });
  }
}
