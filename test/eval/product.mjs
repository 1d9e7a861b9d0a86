// `npm run eval`: retrieval quality of the product as its users run it: ingest, `rag search --batch`, nDCG@10.
// Corpora: RAG_CORPORA (default ../shared/corpora). Homes: RAG_EVAL_HOMES (kept, incremental) or a temporary folder.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { corpora, found, ndcg, qaHome, qaNames, qaQuestions, scifactHome, scifactQuestions } from './judged.mjs';

if (!existsSync(corpora)) {
  console.log(`skipped: no corpora at ${corpora} (set RAG_CORPORA)`);
  process.exit(0);
}
const kept = process.env.RAG_EVAL_HOMES;
const homes = kept ?? mkdtempSync(join(tmpdir(), 'rag-eval-'));
/** With --gate a goal that is not met is a failure. */
const gate = process.argv.includes('--gate');
const only = process.argv.slice(2).filter((word) => !word.startsWith('-'));

function row(name, home, questions, goals) {
  for (const mode of ['lexical', 'hybrid']) {
    const started = performance.now();
    const results = found(home, questions, mode);
    const ms = (performance.now() - started) / results.length;
    const value = ndcg(results, questions);
    const goal = goals[mode];
    if (gate && goal !== undefined && value < goal) process.exitCode = 1;
    const met = goal === undefined ? '' : value >= goal ? 'yes' : 'NO';
    console.log(
      `| ${name} | ${mode} | ${results.length} | ${value.toFixed(4)} | ${goal ?? ''} | ${met} | ${ms.toFixed(1)} |`,
    );
  }
}

console.log('| set | mode | questions | nDCG@10 | asked | met | ms a question |\n|---|---|---|---|---|---|---|');
const wanted = (name) => only.length === 0 || only.includes(name);
for (const name of qaNames())
  if (wanted(name))
    row(name, qaHome(homes, name), qaQuestions(name), { hybrid: name.startsWith('drcd') ? 0.96 : 0.97 });
if (wanted('cross')) {
  const [english, chinese] = ['xquad-en-a', 'xquad-zh-a'];
  row('English question, Chinese documents', qaHome(homes, chinese), qaQuestions(english), { hybrid: 0.91 });
  row('Chinese question, English documents', qaHome(homes, english), qaQuestions(chinese), { hybrid: 0.87 });
}
if (wanted('scifact')) row('SciFact', scifactHome(homes), scifactQuestions(), { lexical: 0.68, hybrid: 0.73 });
if (kept === undefined) rmSync(homes, { recursive: true, force: true });
