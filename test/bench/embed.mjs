// Speed of the built-in model against onnxruntime-node alone, in one run, both sides in turn:
//   node test/bench/embed.mjs [texts a round, default 32] [rounds, default 20]
// The peer gets ready token ids and computes them one at a time on one worker a core; our side gets texts, so tokenising and
// the way between threads are in its time.
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { buildModels } from '../../src/build/weights.mjs';

const [texts = 32, rounds = 20] = process.argv.slice(2).map(Number);
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const derived = join(root, 'dist/models');
const vendored = join(root, 'models/multilingual-e5-small-zh-en-int8');
const workers = availableParallelism();

const SENTENCES = [
  'Vacuum reclaims the storage that dead rows occupy, and it runs by itself when enough rows have changed. ',
  '数据库在崩溃之后会自动从预写日志中恢复，管理员不需要做任何事情。',
  'A replica that falls behind keeps its slot, so the primary holds back old segments until the disk is full. ',
  '每个连接都有自己的工作内存，排序和散列都会用到它，所以连接数乘以内存不能超过机器的内存。',
  'Set max_wal_size to 4GB and checkpoint_timeout to 15min; ERR_1234 in the log means the archive command failed. ',
];

/** Texts of 20 to 380 tokens, different from each other. */
function textOf(i) {
  const sentences = 1 + ((i * 5 + (i >> 2)) % 14);
  return Array.from({ length: sentences }, (_, k) => SENTENCES[(i + k * 3) % SENTENCES.length] + (i + k)).join('');
}

async function bundle() {
  const outdir = join(root, 'dist/bench');
  const builtin = join(root, 'src/models/builtin');
  const options = { bundle: true, splitting: true, minify: true, platform: 'node', format: 'esm' };
  await build({
    entryPoints: ['builtin', 'worker', 'tokenizer'].map((name) => join(builtin, `${name}.ts`)),
    outdir,
    ...options,
  });
  const cold = `import { openBuiltin } from './builtin.ts';
    const embedder = await openBuiltin({ derived: process.argv[2] });
    const [vector] = await embedder.embed([process.argv[3]], 'query');
    process.stdout.write(String(vector[0]));`;
  const stdin = { contents: cold, resolveDir: builtin, loader: 'ts', sourcefile: 'cold.ts' };
  await build({ ...options, stdin, outdir: join(outdir, 'cold') });
  return outdir;
}

async function openPeer() {
  const peers = Array.from({ length: workers }, () => {
    const file = new URL('./embed-peer.mjs', import.meta.url);
    return fork(file, [join(vendored, 'model.onnx')], { serialization: 'advanced' });
  });
  await Promise.all(peers.map((peer) => once(peer, 'message')));
  return {
    /** Each worker gets its share at once. */
    async embed(ids) {
      const answers = await Promise.all(
        peers.map((peer, k) => {
          const answer = once(peer, 'message');
          peer.send(ids.filter((_, i) => i % workers === k));
          return answer;
        }),
      );
      return ids.map((_, i) => answers[i % workers][0][Math.floor(i / workers)]);
    },
    close() {
      for (const peer of peers) peer.kill();
    },
  };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const cosine = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

async function timed(work) {
  const start = performance.now();
  const result = await work();
  return { seconds: (performance.now() - start) / 1000, result };
}

/** Runs peer and contestant in turn on the same texts; who goes first changes, as other work on the machine comes and goes. */
async function race(peer, contestant, tokenizer, count) {
  const seconds = { peer: [], contestant: [] };
  let least = 1;
  let tokens = 0;
  for (let round = 0; round < count; round++) {
    const batch = Array.from({ length: texts }, (_, i) => textOf(round * texts + i));
    const ids = batch.map((text) => tokenizer.encode(`passage: ${text}`));
    tokens += ids.reduce((sum, list) => sum + list.length, 0);
    const work = { peer: () => peer.embed(ids), contestant: () => contestant.embed(batch, 'passage') };
    const vectors = {};
    for (const side of round % 2 === 0 ? ['peer', 'contestant'] : ['contestant', 'peer']) {
      const { seconds: taken, result } = await timed(work[side]);
      seconds[side].push(taken);
      vectors[side] = result;
    }
    vectors.peer.forEach((vector, i) => {
      least = Math.min(least, cosine(vector, vectors.contestant[i]));
    });
  }
  const total = (side) => seconds[side].reduce((a, b) => a + b);
  const rate = (side) => ((texts * count) / total(side)).toFixed(1);
  const ratio = (total('peer') / total('contestant')).toFixed(3);
  const paired = median(seconds.peer.map((taken, i) => taken / seconds.contestant[i])).toFixed(3);
  console.log(
    `built-in on ${contestant.runtime}: ${rate('contestant')} texts/s, onnxruntime-node alone ${rate('peer')}: ratio ${ratio}, ` +
      `median of ${count} rounds ${paired}; ${Math.round(tokens / texts / count)} tokens a text, least cosine ${least.toFixed(4)}`,
  );
}

async function compareBulk(folder) {
  const { openBuiltin } = await import(pathToFileURL(join(folder, 'builtin.js')));
  const { openTokenizer } = await import(pathToFileURL(join(folder, 'tokenizer.js')));
  const workerUrl = pathToFileURL(join(folder, 'worker.js'));
  const tokenizer = openTokenizer(join(derived, 'e5tok.bin'));
  const peer = await openPeer();
  for (const [engine, count] of [
    ['onnxruntime', rounds],
    ['wasm', Math.ceil(rounds / 5)],
  ]) {
    const contestant = await openBuiltin({ derived, bulk: { workers, workerUrl, vendored, engine } });
    await race(peer, contestant, tokenizer, count);
    await contestant.close();
  }
  peer.close();
}

function compareCold(folder) {
  const questions = {
    short: 'how do I restore a backup',
    long: 'what is the recommended way to restore a full backup of the search index on a new machine when the disk was lost',
  };
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const run = (args) => {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`exit code ${status}`);
    return performance.now() - start;
  };
  for (const [name, question] of Object.entries(questions)) {
    const pairs = Array.from({ length: 20 }, () => [
      run(['-e', '0']),
      run([join(folder, 'cold/stdin.js'), derived, question]),
    ]);
    const added = median(pairs.map(([empty, full]) => full - empty));
    const least = Math.min(...pairs.map(([, full]) => full)) - Math.min(...pairs.map(([empty]) => empty));
    console.log(
      `cold ${name} question: +${added.toFixed(0)} ms over node -e 0 (median of pairs), +${least.toFixed(0)} ms at best`,
    );
  }
}

await buildModels(root);
const folder = await bundle();
await compareBulk(folder);
compareCold(folder);
