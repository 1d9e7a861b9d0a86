// One home in a folder and the same in the server, asked the same: nDCG@10 of both, and how many of the best ten they share.
// node test/eval/parity.mjs [SET…]   Each set is brought to the server by `rag migrate home`; it must be empty before.
// The server: RAG_API_URL and RAG_API_KEY (or RAG_API_KEY_FILE). Homes: RAG_EVAL_HOMES (kept) or a temporary folder.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { corpora, found, ndcg, qaHome, qaNames, qaQuestions, rag, scifactHome, scifactQuestions } from './judged.mjs';

if (!existsSync(corpora) || process.env.RAG_API_URL === undefined) {
  console.log('skipped: it needs the corpora (RAG_CORPORA) and a server (RAG_API_URL, RAG_API_KEY)');
  process.exit(0);
}
const kept = process.env.RAG_EVAL_HOMES;
const homes = kept ?? mkdtempSync(join(tmpdir(), 'rag-parity-'));
const only = process.argv.slice(2);
const sets = [
  ...qaNames().map((name) => ({ name, home: qaHome, questions: qaQuestions })),
  { name: 'scifact', home: scifactHome, questions: scifactQuestions },
].filter(({ name }) => only.length === 0 || only.includes(name));
const MOST_APART = 0.01;
const LEAST_SHARED = 0.95;

console.log(
  '| set | mode | questions | nDCG@10 folder | server | top-10 overlap | met |\n|---|---|---|---|---|---|---|',
);
for (const { name, home: fill, questions: of } of sets) {
  const home = fill(homes, name);
  // A few of the public sets are empty, which an API refuses.
  const questions = of(name).filter(({ text }) => text.trim() !== '');
  const flags = ['--in', 'docs/**'];
  rag(home, ['migrate', 'home', '--to', 'stack', '--keep', '--yes', '--questions', '50', '-q']);
  for (const mode of ['lexical', 'vector', 'hybrid']) {
    const here = found(home, questions, mode, { flags });
    const there = found(home, questions, mode, { flags: [...flags, '--home', 'stack'] });
    const shared = here.map(({ hits }, i) => {
      const ids = hits.slice(0, 10).map(({ chunk }) => chunk);
      const other = there[i].hits.slice(0, 10).map(({ chunk }) => chunk);
      return other.filter((id) => ids.includes(id)).length / Math.max(1, ids.length, other.length);
    });
    const overlap = shared.reduce((a, b) => a + b, 0) / shared.length;
    const [a, b] = [ndcg(here, questions), ndcg(there, questions)];
    const met = Math.abs(a - b) <= MOST_APART && overlap >= LEAST_SHARED;
    if (!met) process.exitCode = 1;
    console.log(
      `| ${name} | ${mode} | ${questions.length} | ${a.toFixed(4)} | ${b.toFixed(4)} | ${overlap.toFixed(4)} | ${met ? 'yes' : 'NO'} |`,
    );
  }
  rag(home, ['rm', 'docs/**', '--home', 'stack', '-q']);
}
if (kept === undefined) rmSync(homes, { recursive: true, force: true });
