// Whole processes against `node -e 0`, interleaved in one run; ingest speed on docs-tree. `node test/bench/start.mjs [rounds]`
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const corpora = resolve(process.env.RAG_CORPORA ?? join(root, '../shared/corpora'));
const rounds = Number(process.argv[2] ?? 15);
const env = { ...process.env, LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9' };
delete env.NODE_EXTRA_CA_CERTS;
const bin = join(root, 'bin/rag.js');
const dir = mkdtempSync(join(tmpdir(), 'rag-bench-'));

function timed(cwd, args) {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd, env, stdio: 'ignore' });
  if (status !== 0) throw new Error(`${args.join(' ')}: exit ${status}`);
  return performance.now() - started;
}
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** 2,000 small files of two languages. */
function manyFiles(home) {
  const words =
    'backup restore index query shard replica latency storage network kernel 备份 恢复 索引 查询 存储 网络'.split(' ');
  for (let i = 0; i < 2000; i++) {
    mkdirSync(join(home, 'docs', String(i % 40)), { recursive: true });
    const text = Array.from({ length: 80 }, (_, j) => words[(i * 7 + j * j) % words.length]).join(' ');
    writeFileSync(join(home, 'docs', String(i % 40), `${i}.md`), `# Note ${i}\n\n${text}.\n`);
  }
}

try {
  const home = join(dir, 'home');
  mkdirSync(home);
  manyFiles(home);
  timed(home, [bin, 'ingest', 'docs', '--no-embed', '-q']);
  const cases = {
    'node -e 0': ['-e', '0'],
    'rag --version': [bin, '--version'],
    'rag --help': [bin, '--help'],
    'rag search --mode lexical (2,000 files)': [bin, 'search', 'restore latency', '--mode', 'lexical'],
    'rag search --mode lexical, Chinese': [bin, 'search', '备份 恢复', '--mode', 'lexical'],
    'rag ingest, 2,000 unchanged files': [bin, 'ingest', 'docs', '--no-embed', '-q'],
  };
  const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, args] of Object.entries(cases)) times[name].push(timed(home, args));
  const base = median(times['node -e 0']);
  console.log('| command | median ms | over node -e 0 | asked |\n|---|---|---|---|');
  const asked = {
    'rag --version': 30,
    'rag --help': 30,
    'rag search --mode lexical (2,000 files)': 20,
    'rag search --mode lexical, Chinese': 40,
  };
  for (const [name, values] of Object.entries(times)) {
    const goal =
      asked[name] === undefined ? (name.includes('ingest') ? 'whole ≤ 1000 ms' : '') : `≤ +${asked[name]} ms`;
    console.log(`| ${name} | ${median(values).toFixed(0)} | +${(median(values) - base).toFixed(0)} | ${goal} |`);
  }

  if (existsSync(join(corpora, 'docs-tree'))) {
    const tree = join(dir, 'tree');
    cpSync(join(corpora, 'docs-tree'), join(tree, 'docs'), { recursive: true });
    const runs = Array.from({ length: 3 }, () => {
      rmSync(join(tree, '.rag'), { recursive: true, force: true });
      const out = spawnSync(
        '/usr/bin/time',
        ['-f', '%M %U %S', process.execPath, bin, 'ingest', 'docs', '--no-embed', '--json', '-q'],
        { cwd: tree, env, encoding: 'utf8' },
      );
      const { result } = JSON.parse(out.stdout);
      const [rss, user, system] = out.stderr.trim().split('\n').at(-1).split(' ').map(Number);
      return { seconds: result.seconds, rss: rss / 1024, processor: user + system };
    });
    const list = JSON.parse(
      execFileSync(process.execPath, [bin, 'list', '--json'], { cwd: tree, env, encoding: 'utf8', maxBuffer: 1 << 28 }),
    );
    let extracted = 0;
    for (const { source } of list.result.documents)
      extracted += execFileSync(process.execPath, [bin, 'show', source, '--text'], {
        cwd: tree,
        env,
        maxBuffer: 1 << 28,
      }).length;
    const seconds = median(runs.map((run) => run.seconds));
    console.log(
      `\ndocs-tree until lexically searchable: ${(extracted / 1e6).toFixed(2)} MB of text in ${seconds.toFixed(2)} s = ${(extracted / 1e6 / seconds).toFixed(2)} MB/s (asked ≥ 3), ${Math.min(...runs.map((run) => run.processor)).toFixed(2)} s of processor time; peak RSS ${Math.max(...runs.map((run) => run.rss)).toFixed(0)} MB (asked ≤ 400)`,
    );
  } else console.log(`\ndocs-tree: skipped, no corpora at ${corpora}`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
