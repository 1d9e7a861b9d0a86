// Judged question sets of the corpora as homes of the product, and nDCG@10 of what it finds.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const corpora = resolve(process.env.RAG_CORPORA ?? join(root, '../shared/corpora'));
const own = { ...process.env };
delete own.NODE_EXTRA_CA_CERTS;

export const rag = (cwd, args, env = {}) =>
  execFileSync(process.execPath, [join(root, 'bin/rag.js'), ...args], {
    ...{ cwd, env: { ...own, ...env }, maxBuffer: 1 << 30, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  });

export const jsonLines = (file) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** A home with the documents, everything embedded; one that is there is brought up to date. */
function fill(homes, name, write) {
  const home = join(homes, name);
  if (!existsSync(join(home, 'docs'))) {
    mkdirSync(join(home, 'docs'), { recursive: true });
    write(join(home, 'docs'));
  }
  rag(home, ['ingest', 'docs', '-q']);
  return home;
}

export const qaNames = () => readdirSync(join(corpora, 'qa')).sort();

/** The documents of a question-answer set. */
export const qaHome = (homes, name) =>
  fill(homes, name, (docs) => cpSync(join(corpora, 'qa', name, 'docs'), docs, { recursive: true }));

/** Its questions, each with the names of the documents that answer it. */
export const qaQuestions = (name) =>
  jsonLines(join(corpora, 'qa', name, 'queries.jsonl')).map(({ id, question, doc }) => ({
    id,
    text: question,
    relevant: new Set([doc]),
  }));

const scifact = join(corpora, 'ir/scifact');

export const scifactHome = (homes) =>
  fill(homes, 'scifact', (docs) => {
    for (const { _id, title, text } of jsonLines(join(scifact, 'corpus.jsonl')))
      writeFileSync(join(docs, `${_id}.txt`), `${title}\n\n${text}`);
  });

export function scifactQuestions() {
  const relevant = new Map();
  for (const line of readFileSync(join(scifact, 'qrels.tsv'), 'utf8').trim().split('\n')) {
    const cells = line.split('\t');
    const [query, doc, grade] = cells.length === 4 ? [cells[0], cells[2], cells[3]] : cells;
    if (!(Number(grade) > 0)) continue;
    relevant.set(query, (relevant.get(query) ?? new Set()).add(`${doc}.txt`));
  }
  return jsonLines(join(scifact, 'queries.jsonl'))
    .filter(({ _id }) => relevant.has(String(_id)))
    .map(({ _id, text }) => ({ id: _id, text, relevant: relevant.get(String(_id)) }));
}

/** What `rag search --batch` finds, a result a question, in their order. `flags` and `env` say where. */
export function found(home, questions, mode, { k = 30, flags = [], env = {} } = {}) {
  const file = join(home, `questions-${mode}.jsonl`);
  writeFileSync(file, questions.map(({ id, text }) => JSON.stringify({ id, text })).join('\n'));
  const args = ['search', '--batch', file, '-k', String(k), '--mode', mode, '--json', ...flags];
  return rag(home, args, env)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).result);
}

/** Mean nDCG@10 with one or several relevant documents a question; hits reduced to the first of each source. */
export function ndcg(results, questions) {
  const gains = (count, has) =>
    Array.from({ length: count }, (_, rank) => (has(rank) ? 1 / Math.log2(rank + 2) : 0)).reduce((a, b) => a + b, 0);
  const each = results.map(({ hits }, i) => {
    const { relevant } = questions[i];
    const ranking = [...new Set(hits.map((hit) => basename(hit.source)))].slice(0, 10);
    return (
      gains(ranking.length, (rank) => relevant.has(ranking[rank])) / gains(Math.min(10, relevant.size), () => true)
    );
  });
  return each.reduce((a, b) => a + b, 0) / each.length;
}
