import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { Mode } from '../../pipeline/search.ts';
import { inputDefaults, syncDeps } from '../../wiring.ts';
import { type App, type Exit, handle, type Invocation, type Outcome, verb } from '../app.ts';
import { evalInitCommand, evalRunCommand } from './eval-run.ts';
import { searchDeps } from './search.ts';

export function evalCommand(app: App, exit: Exit): Command {
  const group = new Command('eval').description('measure retrieval quality');
  const command = verb('beir', 'a public set: corpus.jsonl, queries.jsonl, qrels.tsv', [
    'rag eval beir ./scifact',
    'rag eval beir ./scifact --mode lexical --json',
  ])
    .argument('<dir>', 'folder of the set; with --home its documents stay there for the next run')
    .addOption(new Option('--mode <mode>', 'how to search').choices(['hybrid', 'lexical', 'vector']).default('hybrid'));
  handle<{ mode: Mode }>(command, app, exit, async (run, options, dir) =>
    beir(run, options.mode, resolve(app.cwd, dir!)),
  );
  for (const one of [evalInitCommand(app, exit), evalRunCommand(app, exit), command]) group.addCommand(one);
  return group;
}

/** Hits asked for, of which the first of each document counts. */
const K = 30;

/** A home of its own, each document a file, everything embedded unless the mode needs no vectors. */
async function beir(run: Invocation, mode: Mode, dir: string): Promise<Outcome> {
  const { idOfSource, readBeir, writeCorpus } = await import('../../pipeline/beir.ts');
  const { metrics } = await import('../../pipeline/evaluate.ts');
  const { search } = await import('../../pipeline/search.ts');
  const set = await readBeir(dir);
  const temporary = run.options.home === undefined ? mkdtempSync(join(tmpdir(), 'rag-eval-')) : undefined;
  if (temporary !== undefined) run.options.home = temporary;
  try {
    const context = await run.context();
    const folder = join(context.root, 'documents');
    await writeCorpus(dir, folder);
    await fill(run, folder, mode !== 'lexical');
    const deps = await searchDeps(run);
    const judged = [];
    for (const { text, grades } of set.queries) {
      const started = performance.now();
      const { hits } = await search(deps, { text, k: K, mode, embedBudget: 0, explain: false }, run.io);
      const ranking = [...new Set(hits.map((hit) => idOfSource(hit.source)))];
      judged.push({ ranking, grades, ms: performance.now() - started });
      run.io.signal.throwIfAborted();
    }
    const one = metrics(set.name, judged);
    const text = `${one.name} (${mode}): nDCG@10 ${one.ndcg10}  recall@10 ${one.recall10}  MRR@10 ${one.mrr10}  p50 ${one.p50ms} ms  p95 ${one.p95ms} ms  (${one.queries} questions)`;
    return { result: { sets: [one], worse: [] }, text };
  } finally {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}

async function fill(run: Invocation, folder: string, embed: boolean): Promise<void> {
  const { sync } = await import('../../pipeline/sync.ts');
  const context = await run.context();
  const { store, release } = await context.writer();
  try {
    const deps = await syncDeps(context, store, { embed, retokenizing() {} });
    await sync(deps, { ...inputDefaults(context), paths: [folder], cwd: context.root, root: context.root }, run.io);
  } finally {
    await release();
  }
}
