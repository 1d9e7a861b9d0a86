// The index against FTS5 + sqlite-vec on the same data in the same run: `node test/bench/index/main.mjs [10k] [100k] [1m]`.
// sqlite-vec is measured if it was installed in this folder (npm install here).
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build as esbuild } from 'esbuild';
import { vocabulary as makeVocabulary, questionOf, vectorOf } from './data.mjs';
import { build, lexicalQuery, sizeOf } from './ours.mjs';
import { asker, buildStack, openStack } from './sqlite.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const sizes = { '10k': 10_000, '100k': 100_000, '1m': 1_000_000 };
const wanted = process.argv.slice(2).filter((word) => sizes[word]);
const QUESTIONS = 200;
const VECTOR_QUESTIONS = 50;
const env = { ...process.env, LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9' };
delete env.NODE_EXTRA_CA_CERTS;

/** Source is measured, not a stale dist. */
async function load() {
  const outfile = join(root, `node_modules/.bench-index-${process.pid}.mjs`);
  await esbuild({
    stdin: {
      contents: `export { openReader, openWriter } from './src/store/sqlite/sqlite.ts'; export { stem } from './src/text/stem.ts';
        export { idf, impact } from './src/text/bm25.ts';`,
      resolveDir: root,
    },
    ...{ outfile, bundle: true, platform: 'node', format: 'esm', external: ['better-sqlite3'], logLevel: 'error' },
  });
  const loaded = await import(pathToFileURL(outfile).href);
  rmSync(outfile);
  return loaded;
}

const at = (values, share) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
const ms = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(0));
const overlap = (found, right) =>
  found.filter((id) => right.includes(id)).length / Math.max(1, Math.min(10, right.length));
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);

/** Times each question twice over and keeps the second: pages are in memory then, as with any server or batch. */
async function warm(questions, ask) {
  const times = [];
  const answers = [];
  for (const question of questions) await ask(question);
  for (const question of questions) {
    const started = performance.now();
    answers.push(await ask(question));
    times.push(performance.now() - started);
  }
  return { times, answers };
}

/** Whole processes in turn, over `node -e 0`. */
function cold(rounds, cases) {
  const times = cases.map(() => []);
  for (let round = 0; round < rounds; round++)
    cases.forEach(({ args, cwd }, i) => {
      const started = performance.now();
      const { status, stderr } = spawnSync(process.execPath, args, {
        cwd,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        maxBuffer: 1 << 26,
      });
      if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
      times[i].push(performance.now() - started);
    });
  return times.map((values) => at(values, 0.5) - at(times[0], 0.5));
}

async function measure(name, chunks) {
  const code = await load();
  const dir = mkdtempSync(join(tmpdir(), 'rag-index-'));
  const home = join(dir, 'home');
  mkdirSync(home);
  try {
    const vocabulary = makeVocabulary(code.stem);
    const questions = [true, false].map((stop) =>
      Array.from({ length: QUESTIONS }, (_, i) => questionOf(vocabulary, i, stop)),
    );
    const asked = new Map(questions.flat(2).map((term) => [term, []]));
    const lengths = new Uint16Array(chunks);
    const built = await build(code, join(home, '.rag'), vocabulary, chunks, (i, terms) => {
      let length = 0;
      for (const [term, tf] of terms) {
        length += tf;
        asked.get(term)?.push(i, tf);
      }
      lengths[i] = length;
    });
    const { put, vectors, merge } = built.seconds;
    const stack = join(dir, 'stack');
    mkdirSync(stack);
    const rival = buildStack(stack, vocabulary, chunks);
    console.log(`\n### ${name} chunks\n`);
    row('', 'this', 'FTS5 + sqlite-vec', 'ratio');
    row('---', '---', '---', '---');
    row(
      'build, text, s',
      (put + merge).toFixed(1),
      rival.seconds.toFixed(1),
      (rival.seconds / (put + merge)).toFixed(1),
    );
    row('build, vectors, s', vectors.toFixed(1), rival.vectorSeconds.toFixed(1), '');
    row('build, peak RSS, MB', built.rss.toFixed(0), '', '');
    row('on disk, MB', (sizeOf(home) / 1e6).toFixed(0), (sizeOf(stack) / 1e6).toFixed(0), '');
    row(
      'add a document of 10, durable, p50 / p95 ms',
      `${ms(at(built.adds, 0.5))} / ${ms(at(built.adds, 0.95))}`,
      '',
      '',
    );

    const reader = await code.openReader(join(home, '.rag'), { light: true });
    const opened = openStack(stack);
    const ask = asker(opened);
    const numberOf = async (hits) => {
      const passages = await reader.read(hits.map(({ chunk }) => chunk));
      return hits.map(({ chunk }) => {
        const { document, chunk: found } = passages.get(chunk);
        return Number(/(\d+)\.md$/.exec(document.source)[1]) * 10 + found.position;
      });
    };
    const exact = (terms) => {
      const scores = new Float64Array(chunks);
      for (const term of terms) {
        const list = asked.get(term);
        const weight = code.idf(chunks, list.length / 2);
        for (let i = 0; i < list.length; i += 2) scores[list[i]] += weight * code.impact(list[i + 1], lengths[list[i]]);
      }
      return scores;
    };
    for (const [i, label] of ['OR with stop words', 'OR without'].entries()) {
      const ours = await warm(questions[i], (terms) => reader.searchText(lexicalQuery(terms), 10));
      const theirs = await warm(questions[i], (terms) => ask.text(terms));
      const overlaps = [];
      for (const [j, terms] of questions[i].entries()) {
        if (j % 4 !== 0) continue;
        const scores = exact(terms);
        const found = await numberOf(ours.answers[j]);
        const tenth = scores.toSorted().at(-Math.min(10, chunks));
        // Equals at the end of the list may stand for each other.
        overlaps.push(
          found.filter((id) => scores[id] >= tenth - 1e-9).length / Math.min(10, Math.max(1, found.length)),
        );
      }
      const [p50, p95] = [0.5, 0.95].map((share) => [at(ours.times, share), at(theirs.times, share)]);
      row(`${label}, p50 ms`, ms(p50[0]), ms(p50[1]), `${(p50[1] / p50[0]).toFixed(0)}x`);
      row(`${label}, p95 ms`, ms(p95[0]), ms(p95[1]), `${(p95[1] / p95[0]).toFixed(0)}x`);
      row(`${label}, overlap@10 with exact BM25`, mean(overlaps).toFixed(3), '', '');
    }

    const vectorQuestions = Array.from({ length: VECTOR_QUESTIONS }, (_, i) => vectorOf(i, chunks, true));
    const nearest = exactNearest(vectorQuestions, chunks);
    const ours = await warm(vectorQuestions, (vector) => reader.searchVector(vector, 10));
    const found = [];
    for (const hits of ours.answers) found.push(await numberOf(hits));
    const recall = (answers) => mean(answers.map((ids, i) => overlap(ids, nearest.ids[i]))).toFixed(3);
    const modes = opened.vectors ? { int8: ask.int8, bits: (vector) => ask.bits(vector, 200) } : {};
    const theirs = {};
    for (const [mode, run] of Object.entries(modes)) theirs[mode] = await warm(vectorQuestions, run);
    const best = Math.min(...Object.values(theirs).map(({ times }) => at(times, 0.5)));
    const listed = (pickOne) =>
      Object.entries(theirs)
        .map(([mode, value]) => `${mode} ${pickOne(value)}`)
        .join(', ');
    row(
      'vectors k=10, p50 ms',
      ms(at(ours.times, 0.5)),
      listed(({ times }) => ms(at(times, 0.5))),
      `${(best / at(ours.times, 0.5)).toFixed(0)}x`,
    );
    row(
      'vectors k=10, p95 ms',
      ms(at(ours.times, 0.95)),
      listed(({ times }) => ms(at(times, 0.95))),
      '',
    );
    row(
      `recall@10 (10th cosine ${nearest.tenth.toFixed(2)})`,
      recall(found),
      listed(({ answers }) => recall(answers)),
      '',
    );
    await reader.close();
    opened.db.close();

    const words = questionOf(vocabulary, 3, false).join(' ');
    const bin = join(root, 'bin/rag.js');
    const [, lexical, whole] = cold(11, [
      { args: ['-e', '0'], cwd: home },
      { args: [bin, 'search', words, '--mode', 'lexical'], cwd: home },
      { args: [resolve(root, 'test/bench/index/stack-cold.mjs'), stack, words, String(chunks)], cwd: home },
    ]);
    row('cold process over node -e 0, ms: lexical / words and vectors', lexical.toFixed(0), whole.toFixed(0), '');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Ten nearest of each question by plain products over all vectors. */
function exactNearest(questions, chunks) {
  const tops = questions.map(() => []);
  for (let i = 0; i < chunks; i++) {
    const vector = vectorOf(i, chunks);
    questions.forEach((question, q) => {
      let score = 0;
      for (let d = 0; d < vector.length; d++) score += vector[d] * question[d];
      const top = tops[q];
      if (top.length === 10 && score <= top[9].score) return;
      top.push({ id: i, score });
      top.sort((a, b) => b.score - a.score);
      top.length = Math.min(10, top.length);
    });
  }
  return { ids: tops.map((top) => top.map(({ id }) => id)), tenth: mean(tops.map((top) => top.at(-1).score)) };
}

for (const name of wanted.length > 0 ? wanted : ['10k', '100k']) await measure(name, sizes[name]);
