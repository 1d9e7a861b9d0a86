// Reads mutated copies of the corpora's files (flipped bits, cut ends, spliced pieces) and prints what becomes of them.
// Usage: node test/eval/readers-mutations.mjs [count=500] [seed=1]. Fails on an exception that is no ReadError, and on a read over 20 s.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { bundleReaders, corpora, importReaders, readOne } from './readers-support.mjs';

const LIMIT_MS = 20_000;

if (!isMainThread) {
  // Listening comes first: what arrives during an await at the top is lost.
  const loading = importReaders(workerData);
  parentPort.on('message', async ({ bytes, name }) => {
    const { type, code, reason, ms } = await readOne(await loading, bytes, name);
    parentPort.postMessage({ type, code, reason, ms });
  });
} else {
  const count = Number(process.argv[2] ?? 500);
  let state = Number(process.argv[3] ?? 1) * 2654435761;
  const random = (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
  const files = ['pdf', 'office', 'text'].flatMap((folder) =>
    readdirSync(path.join(corpora, folder), { recursive: true })
      .map((name) => path.join(corpora, folder, name))
      .filter((name) => statSync(name).isFile() && statSync(name).size < 400_000 && statSync(name).size > 0),
  );
  const mutate = (bytes) => {
    const kind = ['flip', 'flip', 'cut', 'splice', 'zero'][random(5)];
    if (kind === 'cut') return [kind, bytes.slice(0, random(bytes.length))];
    const copy = bytes.slice();
    if (kind === 'flip') for (let i = 1 + random(20); i > 0; i--) copy[random(copy.length)] ^= 1 << random(8);
    else if (kind === 'zero') copy.fill(0, random(copy.length), random(copy.length));
    else {
      const other = new Uint8Array(readFileSync(files[random(files.length)]));
      const from = random(other.length);
      const at = random(Math.max(1, copy.length - 2000));
      copy.set(other.subarray(from, from + Math.min(500, copy.length - at)), at);
    }
    return [kind, copy];
  };
  const folder = await bundleReaders();
  let answer;
  const start = () => {
    const started = new Worker(fileURLToPath(import.meta.url), { workerData: folder });
    started.on('message', (result) => answer?.(result));
    started.on('error', (error) => answer?.({ type: '?', code: 'CRASH', reason: String(error) }));
    return started;
  };
  let worker = start();
  const ask = (job) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => done({ type: '?', code: 'HANG', reason: '' }), LIMIT_MS);
      const done = (result) => {
        clearTimeout(timer);
        answer = undefined;
        resolve(result);
      };
      answer = done;
      worker.postMessage(job);
    });
  const table = new Map();
  let bad = 0;
  for (let i = 0; i < count; i++) {
    const name = files[random(files.length)];
    const [kind, bytes] = mutate(new Uint8Array(readFileSync(name)));
    const result = await ask({ bytes, name });
    const key = `${result.type}\t${result.code}`;
    table.set(key, (table.get(key) ?? 0) + 1);
    if (!/^(BUG|HANG|CRASH)$/.test(result.code)) continue;
    bad++;
    console.log(`${result.code} ${kind} ${path.relative(corpora, name)} ${result.reason.slice(0, 300)}`);
    if (result.code === 'BUG') continue;
    await worker.terminate();
    worker = start();
  }
  await worker.terminate();
  for (const [key, number] of [...table].sort()) console.log(`${key}\t${number}`);
  console.log(`${count} mutated files, ${bad} bugs, hangs or crashes`);
  process.exitCode = bad > 0 ? 1 : 0;
}
