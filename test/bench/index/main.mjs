// The index against the usual stacks on the same data in the same run: node test/bench/index/main.mjs [10k] [100k] [1m] [--keep DIR].
// Rivals are measured if they were installed in this folder (npm install here). At a million passages LanceDB and zvec take longer
// to build than all the rest, so they are built there only if named: lancedb, zvec. --keep DIR: what is built stays for the next run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build as esbuild } from 'esbuild';
import { vocabulary as makeVocabulary } from './data.mjs';
import { overlap, truthOf } from './truth.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const sizes = { '10k': 10_000, '100k': 100_000, '1m': 1_000_000 };
const words = process.argv.slice(2);
const kept = words.includes('--keep') ? words[words.indexOf('--keep') + 1] : undefined;
const wanted = words.filter((word) => sizes[word]);
const RIVALS = { sqlite: 'sqlite-vec', lancedb: '@lancedb/lancedb', zvec: '@zvec/zvec' };
const TITLES = { rag: 'this', sqlite: 'FTS5 + sqlite-vec', lancedb: 'LanceDB', zvec: 'zvec' };
const COLD_ROUNDS = 11;
/** Twelve tokens, in words that the index has. */
const QUESTION_WORDS = 5;

const bundle = join(root, `node_modules/.bench-index-${process.pid}.mjs`);
const merger = join(root, `node_modules/.bench-merger-${process.pid}.mjs`);
/** The vectors pass for the built-in model's, so that a cold search embeds its question. */
const model = /const ID = '([^']+)'/.exec(readFileSync(join(root, 'src/models/builtin/builtin.ts'), 'utf8'))[1];
const env = {
  ...process.env,
  ...{
    LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9',
    RAG_BENCH_BUNDLE: bundle,
    RAG_BENCH_MERGER: merger,
    RAG_BENCH_MODEL: model,
  },
};
delete env.NODE_EXTRA_CA_CERTS;

/** Source is measured, not a stale dist; cold starts are those of dist. */
async function load() {
  const shared = { bundle: true, platform: 'node', format: 'esm', logLevel: 'error', packages: 'external' };
  await esbuild({ ...shared, entryPoints: [join(root, 'src/store/sqlite/merge-worker.ts')], outfile: merger });
  await esbuild({
    ...shared,
    outfile: bundle,
    stdin: {
      contents: `export { openReader, openWriter } from './src/store/sqlite/sqlite.ts'; export { stem } from './src/text/stem.ts';
        export { idf, impact } from './src/text/bm25.ts';`,
      resolveDir: root,
    },
  });
  return import(pathToFileURL(bundle).href);
}

function run(args, cwd = here) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return stdout.toString();
}
const side = (engine, step, dir, ...more) => {
  const lines = run(['side.mjs', engine, step, dir, ...more.map(String)])
    .trim()
    .split('\n');
  return JSON.parse(lines.at(-1));
};

const at = (values, share) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
const ms = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(0));
const both = (times) => (times.length === 0 ? '' : `${ms(at(times, 0.5))} / ${ms(at(times, 0.95))}`);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const share = (ids, right) => {
  const asked = right.map((_, i) => i).filter((i) => right[i].length > 0);
  return mean(asked.map((i) => overlap(ids[i], right[i]))).toFixed(3);
};

/** Whole processes in turn, the quickest of each, milliseconds over `node -e 0`. */
function cold(cases) {
  const times = cases.map(() => []);
  for (let round = 0; round < COLD_ROUNDS; round++)
    cases.forEach(({ args, cwd }, i) => {
      const started = performance.now();
      run(args, cwd);
      times[i].push(performance.now() - started);
    });
  return times.map((values) => Math.min(...values) - Math.min(...times[0]));
}

function coldCases(engine, dir, truth) {
  const latin = truth.latin.slice(0, QUESTION_WORDS).join(' ');
  if (engine !== 'rag') {
    const one = (step, script) => ({ args: [join(here, 'side.mjs'), engine, step, dir, script], cwd: here });
    return [one('cold', 'latin'), one('cold', 'han'), one('both', 'latin')];
  }
  const search = (text, ...more) => ({ args: [join(root, 'bin/rag.js'), 'search', text, ...more], cwd: dir });
  return [
    search(latin, '--mode', 'lexical'),
    search(truth.han.join(''), '--mode', 'lexical'),
    search('how do I restore the nightly backup of the ledger'),
  ];
}

function measure(engine, dir, name, truth) {
  const folder = join(dir, engine);
  const note = join(dir, `${engine}.json`);
  if (!existsSync(note)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(note, JSON.stringify(side(engine, 'build', folder, sizes[name])));
  }
  const built = JSON.parse(readFileSync(note, 'utf8'));
  const asked = side(engine, 'ask', folder);
  const [, latin, han, hybrid] = cold([{ args: ['-e', '0'], cwd: folder }, ...coldCases(engine, folder, truth)]);
  const changed = side(engine, 'change', folder);
  return { built, asked, cold: { latin, han, hybrid }, changed };
}

const ROWS = (truth) => [
  [
    'build, words / vectors, s',
    ({ built: { seconds } }) => `${seconds.text.toFixed(1)} / ${seconds.vectors.toFixed(1)}`,
  ],
  ['processor time of it, s', ({ built: { busy } }) => `${busy.text.toFixed(1)} / ${busy.vectors.toFixed(1)}`],
  ['build, peak RSS, MB (the data is made there too)', ({ built }) => built.rss.toFixed(0)],
  ['on disk, MB', ({ built }) => (built.bytes / 1e6).toFixed(0)],
  ['OR with stop words, p50 / p95 ms', ({ asked }) => both(asked.text[0].times)],
  ['overlap@10 with our BM25', ({ asked }) => share(asked.text[0].ids, truth.bestTexts[0])],
  ['OR without, p50 / p95 ms', ({ asked }) => both(asked.text[1].times)],
  ['overlap@10 with our BM25', ({ asked }) => share(asked.text[1].ids, truth.bestTexts[1])],
  ['vectors k = 10, p50 / p95 ms', ({ asked }) => both(asked.vector.times)],
  [`recall@10 (10th cosine ${truth.tenth.toFixed(2)})`, ({ asked }) => share(asked.vector.ids, truth.nearest)],
  ['words in 1 %, p50 / p95 ms', ({ asked }) => both(asked.textIn.times)],
  ['overlap@10 with our BM25', ({ asked }) => share(asked.textIn.ids, truth.bestTextsIn)],
  ['vectors in 1 %, p50 / p95 ms', ({ asked }) => both(asked.vectorIn.times)],
  ['recall@10', ({ asked }) => share(asked.vectorIn.ids, truth.nearestIn)],
  ['RSS after words / vectors, MB', ({ asked }) => `${asked.rssText.toFixed(0)} / ${asked.rss.toFixed(0)}`],
  ['cold process over node -e 0, words, Latin, ms', (one) => one.cold.latin.toFixed(0)],
  ['cold, words, Han, ms', (one) => one.cold.han.toFixed(0)],
  ['cold, hybrid, ms (ours embeds the question)', (one) => one.cold.hybrid.toFixed(0)],
  ['add a document of 10, words, p50 / p95 ms', ({ changed }) => both(changed.text)],
  ['add a document of 10 with vectors, p50 / p95 ms', ({ changed }) => both(changed.whole)],
  ['remove it, p50 / p95 ms', ({ changed }) => both(changed.remove)],
];

function enginesFor(name) {
  const require = createRequire(import.meta.url);
  return ['rag', ...Object.keys(RIVALS)].filter((engine) => {
    if (engine === 'rag') return true;
    try {
      require.resolve(RIVALS[engine]);
    } catch {
      console.log(`${TITLES[engine]}: not installed (npm install in test/bench/index)`);
      return false;
    }
    if (name !== '1m' || engine === 'sqlite' || words.includes(engine)) return true;
    console.log(`${TITLES[engine]}: its build takes long at this size; add the word ${engine}`);
    return false;
  });
}

function print(name, engines, results, truth) {
  console.log(`\n### ${name} passages\n`);
  const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
  row(['', ...engines.map((engine) => TITLES[engine])]);
  row(['---', ...engines.map(() => '---')]);
  for (const [label, cell] of ROWS(truth)) row([label, ...results.map((one) => ('error' in one ? '' : cell(one)))]);
  engines.forEach((engine, i) => {
    if ('error' in results[i]) console.log(`\n${TITLES[engine]} failed: ${results[i].error}`);
  });
}

const code = await load();
try {
  const vocabulary = makeVocabulary(code.stem);
  let before;
  for (const name of wanted.length > 0 ? wanted : ['10k', '100k']) {
    const dir = kept ? join(kept, name) : mkdtempSync(join(tmpdir(), 'rag-index-'));
    mkdirSync(dir, { recursive: true });
    try {
      const known = join(dir, 'truth.json');
      if (!existsSync(known)) writeFileSync(known, JSON.stringify(truthOf(code, vocabulary, sizes[name])));
      const truth = JSON.parse(readFileSync(known, 'utf8'));
      const { latin, han, vectors } = truth;
      writeFileSync(join(dir, 'cold.json'), JSON.stringify({ latin, han, vectors: vectors.slice(0, 1) }));
      const engines = enginesFor(name);
      const results = engines.map((engine) => {
        try {
          return measure(engine, dir, name, truth);
        } catch (error) {
          if (engine === 'rag') throw error;
          return { error: error.message.split('\n').slice(0, 3).join(' ') };
        }
      });
      print(name, engines, results, truth);
      const { busy } = results[0].built;
      const spent = busy.text + busy.vectors;
      if (before) {
        const grown = sizes[name] / before.chunks;
        console.log(`\nour build: ${(spent / before.spent).toFixed(1)} times the work for ${grown} times the passages`);
      }
      before = { spent, chunks: sizes[name] };
    } finally {
      if (!kept) rmSync(dir, { recursive: true, force: true });
    }
  }
} finally {
  for (const file of [bundle, merger]) rmSync(file, { force: true });
}
