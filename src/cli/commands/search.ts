import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { RagError, spoken } from '../../errors.ts';
import type { Mode, SearchDeps, SearchInput, SearchResult } from '../../pipeline/search.ts';
import { type App, type Exit, handle, type Invocation, type Outcome, verb } from '../app.ts';
import { batchQueries } from '../batch.ts';
import { renderHits } from '../hits.ts';
import { count, duration, type FilterOptions, filterOf, list, since, tags, until, words } from '../options.ts';
import { standardInput } from '../stdin.ts';

export interface SearchOptions extends FilterOptions {
  k: number;
  mode: Mode;
  embedBudget: number;
  explain?: boolean;
  batch?: string;
}

/** The flags that `search` and `query` share. */
export function withSearchFlags(command: Command, k: number): Command {
  return command
    .option('-k <n>', 'how many passages', count, k)
    .addOption(new Option('--mode <mode>', 'how to search').choices(['hybrid', 'lexical', 'vector']).default('hybrid'))
    .option('--embed-budget <time>', 'time for embedding the best candidates of a partly embedded home', duration, 1)
    .option('--in <glob>', 'only these sources (repeatable)', list)
    .option('--type <type>', 'only these types, e.g. pdf,docx', words)
    .option('--since <date>', 'only files changed since', since)
    .option('--until <date>', 'only files changed until', until)
    .option('--tag <key=value>', 'only with this tag (repeatable)', tags)
    .option('--collection <name>', 'only this collection')
    .option('--as-of <date>', 'as it was then', until);
}

export function searchCommand(app: App, exit: Exit): Command {
  const command = verb('search', 'find passages, best first', [
    'rag search "how do I restore a backup" -k 5',
    'rag search "错误码 ERR_1234" --in "docs/**" --json',
  ]).argument('[text]', 'the question; "a phrase", -without, title:word, begin*, any language');
  withSearchFlags(command, 10)
    .option('--explain', 'say how the scores came about')
    .option('--batch <file>', 'one question a line, or JSONL {"id","text"}; - is standard input');
  return handle<SearchOptions>(command, app, exit, async (run, options, text) => {
    if (options.batch !== undefined) return searchBatch(run, options, options.batch);
    const input = inputOf(options, questionOf(text, EXAMPLE));
    const result = await (await searcher(run))(input);
    return { result, text: renderHits(run.say, run.style, result) };
  });
}

const EXAMPLE = 'rag search "your question"';

/** Throws RagError('usage') where nothing is asked; `example` is its cure. */
export function questionOf(text: string | undefined, example: string): string {
  if (text?.trim()) return text;
  const zhHint = example.replace('your question', '您的问题');
  throw new RagError('usage', 'the question is empty', { hint: example, zhHint, zh: '问题为空' });
}

export function inputOf(options: SearchOptions, text: string): SearchInput {
  const filter = filterOf(options);
  const { k, mode, embedBudget } = options;
  return { text, k, mode, embedBudget, explain: options.explain ?? false, ...(filter ? { filter } : {}) };
}

async function searcher(run: Invocation): Promise<(input: SearchInput) => Promise<SearchResult>> {
  const client = await run.client();
  if (client) return (input) => client.search(input, run.io);
  const { search } = await import('../../pipeline/search.ts');
  const deps = await searchDeps(run);
  return (input) => search(deps, input, run.io);
}

export async function searchDeps(run: Invocation): Promise<SearchDeps> {
  const context = await run.context();
  const { staleTokens } = await import('../../pipeline/fingerprint.ts');
  const store = await context.reader();
  if (staleTokens(await store.fingerprint())) run.io.report({ type: 'note', message: run.say.staleTokens });
  return (await import('../../wiring.ts')).searchDeps(context);
}

const GENERAL = new Set(['unavailable', 'unauthenticated', 'forbidden']);

/** One bare line a question, in order; a question that fails is a line with its error. */
async function searchBatch(run: Invocation, options: SearchOptions, file: string): Promise<Outcome> {
  const search = await searcher(run);
  let failed = 0;
  for (const { id, text } of batchQueries(await batchText(run, file))) {
    if (run.io.signal.aborted) break;
    try {
      const result = await search(inputOf(options, questionOf(text, EXAMPLE)));
      run.print(`${JSON.stringify({ id, result })}\n`);
    } catch (error) {
      // A server that is gone, or does not want us, is not asked for each line.
      if (!(error instanceof RagError) || GENERAL.has(error.code)) throw error;
      failed++;
      run.print(`${JSON.stringify({ id, error: { code: error.code, ...spoken(error, run.lang) } })}\n`);
    }
  }
  return { exit: failed > 0 ? 3 : 0 };
}

async function batchText(run: Invocation, file: string): Promise<string> {
  if (file === '-') {
    return (await standardInput(run.app)).toString('utf8');
  }
  try {
    return readFileSync(resolve(run.app.cwd, file), 'utf8');
  } catch (error) {
    throw new RagError('not_found', `${file}: ${(error as Error).message}`, { cause: error });
  }
}
