// `npm run eval`: retrieval quality of the product as its users run it: ingest, `rag search --batch`, nDCG@10.
// Corpora: RAG_CORPORA (default ../shared/corpora). Homes: RAG_EVAL_HOMES (kept, incremental) or a temporary folder.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const corpora = resolve(process.env.RAG_CORPORA ?? join(root, '../shared/corpora'));
if (!existsSync(corpora)) {
  console.log(`skipped: no corpora at ${corpora} (set RAG_CORPORA)`);
  process.exit(0);
}
const kept = process.env.RAG_EVAL_HOMES;
const homes = kept ?? mkdtempSync(join(tmpdir(), 'rag-eval-'));
/** With --gate a goal that is not met is a failure. */
const gate = process.argv.includes('--gate');
const only = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const env = { ...process.env };
delete env.NODE_EXTRA_CA_CERTS;
const rag = (cwd, ...args) =>
  execFileSync(process.execPath, [join(root, 'bin/rag.js'), ...args], {
    cwd,
    env,
    maxBuffer: 1 << 30,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
const jsonLines = (file) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** A home with the documents, everything embedded. */
function fill(name, write) {
  const home = join(homes, name);
  if (!existsSync(join(home, 'docs'))) {
    mkdirSync(join(home, 'docs'), { recursive: true });
    write(join(home, 'docs'));
  }
  rag(home, 'ingest', 'docs', '-q');
  return home;
}

/** Mean nDCG@10 with one or several relevant documents a question; hits reduced to the first of each source. */
function measure(home, questions, mode) {
  const file = join(home, `questions-${mode}.jsonl`);
  writeFileSync(file, questions.map(({ id, text }) => JSON.stringify({ id, text })).join('\n'));
  const started = performance.now();
  const lines = rag(home, 'search', '--batch', file, '-k', '30', '--mode', mode, '--json')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const seconds = (performance.now() - started) / 1000;
  let sum = 0;
  lines.forEach(({ result }, i) => {
    const ranking = [...new Set(result.hits.map((hit) => basename(hit.source)))].slice(0, 10);
    const { relevant } = questions[i];
    const gain = ranking.reduce((total, doc, rank) => total + (relevant.has(doc) ? 1 / Math.log2(rank + 2) : 0), 0);
    const ideal = Array.from({ length: Math.min(10, relevant.size) }, (_, rank) => 1 / Math.log2(rank + 2)).reduce(
      (a, b) => a + b,
      0,
    );
    sum += gain / ideal;
  });
  return { ndcg: sum / lines.length, queries: lines.length, ms: (1000 * seconds) / lines.length };
}

function row(name, home, questions, goals) {
  for (const mode of ['lexical', 'hybrid']) {
    const { ndcg, queries, ms } = measure(home, questions, mode);
    const goal = goals[mode];
    if (gate && goal !== undefined && ndcg < goal) process.exitCode = 1;
    console.log(
      `| ${name} | ${mode} | ${queries} | ${ndcg.toFixed(4)} | ${goal ?? ''} | ${goal === undefined ? '' : ndcg >= goal ? 'yes' : 'NO'} | ${ms.toFixed(1)} |`,
    );
  }
}

const qa = (name) => fill(name, (docs) => cpSync(join(corpora, 'qa', name, 'docs'), docs, { recursive: true }));
const asked = (name) =>
  jsonLines(join(corpora, 'qa', name, 'queries.jsonl')).map(({ id, question, doc }) => ({
    id,
    text: question,
    relevant: new Set([doc]),
  }));

console.log('| set | mode | questions | nDCG@10 | asked | met | ms a question |\n|---|---|---|---|---|---|---|');
const wanted = (name) => only.length === 0 || only.includes(name);
for (const name of readdirSync(join(corpora, 'qa')).sort())
  if (wanted(name)) row(name, qa(name), asked(name), { hybrid: name.startsWith('drcd') ? 0.96 : 0.97 });
if (wanted('cross')) {
  row('English question, Chinese documents', qa('xquad-zh-a'), asked('xquad-en-a'), { hybrid: 0.91 });
  row('Chinese question, English documents', qa('xquad-en-a'), asked('xquad-zh-a'), { hybrid: 0.87 });
}
if (wanted('scifact')) {
  const set = join(corpora, 'ir/scifact');
  const home = fill('scifact', (docs) => {
    for (const { _id, title, text } of jsonLines(join(set, 'corpus.jsonl')))
      writeFileSync(join(docs, `${_id}.txt`), `${title}\n\n${text}`);
  });
  const relevant = new Map();
  for (const line of readFileSync(join(set, 'qrels.tsv'), 'utf8').trim().split('\n')) {
    const cells = line.split('\t');
    const [query, doc, grade] = cells.length === 4 ? [cells[0], cells[2], cells[3]] : cells;
    if (!(Number(grade) > 0)) continue;
    relevant.set(query, (relevant.get(query) ?? new Set()).add(`${doc}.txt`));
  }
  const questions = jsonLines(join(set, 'queries.jsonl')).filter(({ _id }) => relevant.has(String(_id)));
  row(
    'SciFact',
    home,
    questions.map(({ _id, text }) => ({ id: _id, text, relevant: relevant.get(String(_id)) })),
    { lexical: 0.68, hybrid: 0.73 },
  );
}
if (kept === undefined) rmSync(homes, { recursive: true, force: true });
