// Requests a second and 99th percentile of search and query through nginx, with 1 to 3 replicas of the API: wrk (apt-get install wrk)
// against a stack of its own. `node test/bench/stack.mjs [seconds] [connections]`, with docker at DOCKER_HOST.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const corpora = resolve(process.env.RAG_CORPORA ?? join(root, '../shared/corpora'));
const seconds = Number(process.argv[2] ?? 20);
const connections = Number(process.argv[3] ?? 16);
const port = 18180;
const url = `http://127.0.0.1:${port}`;
const dir = mkdtempSync(join(tmpdir(), 'rag-bench-stack-'));
const name = `rag-bench-${dir.slice(-6).toLowerCase()}`;

const rag = (cwd, args, env = {}) =>
  execFileSync(process.execPath, [join(root, 'bin/rag.js'), ...args], {
    ...{ cwd, env: { ...process.env, ...env }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    maxBuffer: 2 ** 28,
  });

const QUESTIONS = [
  'how are targets discovered',
  'recording rules',
  'retention of samples on disk',
  'which functions work on a histogram',
];

function measure(path, key) {
  const bodies = QUESTIONS.map((text) => JSON.stringify({ text }));
  const lua = `
local bodies = { ${bodies.map((body) => `'${body}'`).join(', ')} }
local n = 0
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer ${key}"
request = function() n = n + 1; return wrk.format(nil, "${path}", nil, bodies[n % #bodies + 1]) end
done = function(summary, latency)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format("RESULT %.1f %.1f %.1f %d\\n", summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000, bad))
end`;
  const script = join(dir, 'wrk.lua');
  writeFileSync(script, lua, { mode: 0o600 });
  const { stdout } = spawnSync(
    'wrk',
    ['-t2', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '-s', script, url],
    { encoding: 'utf8' },
  );
  const [, rate, median, p99, bad] = /RESULT (\S+) (\S+) (\S+) (\d+)/.exec(stdout) ?? [];
  if (rate === undefined) throw new Error(stdout);
  return { rate, median, p99, bad };
}

async function keyOf() {
  const password = readFileSync(join(dir, 'secrets/admin_password'), 'utf8').trim();
  const body = JSON.stringify({ name: 'admin', password });
  const answer = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return (await answer.json()).access;
}

try {
  rag(dir, ['stack', 'init', '--name', name, '--port', String(port)]);
  rag(dir, ['stack', 'up', '--yes', '-q']);
  const docs = join(dir, 'docs');
  cpSync(join(corpora, 'docs-tree/prometheus-en'), docs, { recursive: true });
  const started = performance.now();
  const remote = { RAG_API_URL: url, RAG_API_KEY: await keyOf() };
  const { result } = JSON.parse(rag(docs, ['ingest', '.', '--home', 'stack', '--json', '-q'], remote));
  const took = (performance.now() - started) / 1000;
  console.log(`${cpus().length} × ${cpus()[0].model}, ${connections} connections, ${seconds} s each`);
  console.log(`ingested ${result.added} files, ${result.chunks} passages, in ${took.toFixed(0)} s\n`);
  console.log('| replicas | what | req/s | median ms | p99 ms | failed |\n|---|---|---|---|---|---|');
  for (const replicas of [1, 2, 3]) {
    rag(dir, ['stack', 'scale', `api=${replicas}`, '-q', '--yes']);
    const key = await keyOf();
    for (const path of ['/api/v1/search', '/api/v1/query']) {
      const { rate, median, p99, bad } = measure(path, key);
      console.log(`| ${replicas} | ${path.split('/').at(-1)} | ${rate} | ${median} | ${p99} | ${bad} |`);
    }
  }
} finally {
  spawnSync(
    process.execPath,
    [join(root, 'bin/rag.js'), 'stack', 'destroy', '--data', name, '--without-backup', '--yes'],
    { cwd: dir, stdio: 'ignore' },
  );
  rmSync(dir, { recursive: true, force: true });
}
