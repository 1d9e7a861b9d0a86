// Whether the clock tells what the answer does not: a document of another collection against none at all, and a wrong password of somebody
// against one of nobody. Asks in turn; compares by the least and the median. Needs RAG_TEST_POSTGRES and RAG_TEST_QDRANT.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';

const { RAG_TEST_POSTGRES: postgres, RAG_TEST_QDRANT: qdrant } = process.env;
const ROUNDS = 200;
const name = `rag_telling_${randomBytes(4).toString('hex')}`;
const admin = new pg.Client({ connectionString: postgres });
await admin.connect();
await admin.query(`CREATE DATABASE ${name}`);
const url = new URL(postgres);
url.pathname = `/${name}`;
const cwd = mkdtempSync(join(tmpdir(), 'rag-telling-'));
const env = {
  ...{ PATH: process.env.PATH, HOME: cwd, LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9', RAG_STORE: 'server' },
  ...{ DATABASE_URL: url.href, QDRANT_URL: qdrant, QDRANT_COLLECTION: name, TRUSTED_PROXIES: '127.0.0.1' },
};
const bin = resolve('bin/rag.js');
const password = 'correct horse battery';
spawnSync(process.execPath, [bin, 'user', 'add', 'root', '--role', 'admin'], { cwd, env, input: password });
const server = spawn(process.execPath, [bin, 'serve', '--port', '0', '--json', '-q'], { cwd, env });
const at = await new Promise((done) => server.stdout.once('data', (line) => done(JSON.parse(line).url)));

let clients = 0;
async function call(method, path, { bearer, body } = {}) {
  const address = `10.${++clients >> 16}.${(clients >> 8) & 255}.${clients & 255}`;
  const headers = { 'x-forwarded-for': address, ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) };
  const began = performance.now();
  const answer = await fetch(at + path, {
    method,
    headers,
    body: body instanceof FormData ? body : body && JSON.stringify(body),
  });
  const json = await answer.json();
  return { ms: performance.now() - began, status: answer.status, json };
}
const signIn = async (who, word) =>
  (await call('POST', '/api/v1/auth/login', { body: { name: who, password: word } })).json.access;
const root = await signIn('root', password);
await call('POST', '/api/v1/users', { bearer: root, body: { name: 'mei', collections: ['tea'], password } });
const mei = await signIn('mei', password);
const form = new FormData();
form.append('about', JSON.stringify({ paths: true, collection: 'pay', embed: false }));
form.append(
  'file',
  new Blob(Array.from({ length: 20_000 }, (_, i) => `# Part ${i}\n\nThe salary of ${i}.\n\n`)),
  'pay.md',
);
await call('POST', '/api/v1/documents', { bearer: root, body: form });

async function compare(what, one, other) {
  const times = [[], []];
  for (let i = 0; i < ROUNDS; i++) {
    const [a, b] = [await one(i), await other(i)];
    if (a.status !== b.status || a.status < 400) throw new Error(`${what}: ${a.status} and ${b.status}`);
    times[0].push(a.ms);
    times[1].push(b.ms);
  }
  const of = (list) => list.sort((a, b) => a - b);
  const [a, b] = times.map(of);
  const ratio = (n) => (a[n] / b[n]).toFixed(3);
  console.log(
    `${what}: least ${a[0].toFixed(2)} / ${b[0].toFixed(2)} ms (${ratio(0)}), median ratio ${ratio(ROUNDS / 2)}`,
  );
}
const text = (source) => () => call('GET', `/api/v1/documents/text?source=${source}`, { bearer: mei });
await compare('a document elsewhere / none', text('pay.md'), text('pax.md'));
const wrong = (who) => () => call('POST', '/api/v1/auth/login', { body: { name: who, password: 'wrong' } });
let tries = 0;
// Of one name only so many are heard in a quarter of an hour: of somebody else after that.
const users = [];
for (let i = 0; i < 4; i++) {
  users.push(`user${i}`);
  await call('POST', '/api/v1/users', { bearer: root, body: { name: users[i], password } });
}
await compare(
  'a wrong password of somebody / of nobody',
  (i) => wrong(users[i % 4])(),
  () => wrong(`nobody${tries++ % 4}`)(),
);
server.kill();
await new Promise((done) => server.on('close', done));
await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
await admin.end();
await fetch(`${qdrant}/collections/${name}`, { method: 'DELETE' });
rmSync(cwd, { recursive: true });
