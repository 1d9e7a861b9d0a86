// What one password costs, in processor time and memory, as src/accounts/password-worker.ts hashes it.
import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';

const worker = new Worker(new URL('../../dist/workers/password.js', import.meta.url));
const ask = (task) =>
  new Promise((done) => {
    worker.once('message', done);
    worker.postMessage(task);
  });
const { done: hash } = await ask({ password: 'warm up' });
const times = [];
for (let i = 0; i < 20; i++) {
  const before = process.cpuUsage();
  await ask({ password: randomBytes(12).toString('base64'), hash });
  const { user, system } = process.cpuUsage(before);
  times.push((user + system) / 1000);
}
times.sort((a, b) => a - b);
const ms = (value) => `${value.toFixed(1)} ms`;
console.log(`${hash.split('$').slice(1, 4).join(' ')}: least ${ms(times[0])}, median ${ms(times[10])} of a processor`);
await worker.terminate();
