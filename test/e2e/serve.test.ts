import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { put } from '../support/rag.ts';
import { type Serving, serving } from '../support/serving.ts';

let cwd: string;
let server: Serving;
const HANDBOOK = '# Handbook\n\nBackups are kept for 35 days.\n\nThe porter has the key of the cellar.\n';

/** A request as it is, whatever fetch would forbid. */
function raw(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
) {
  return new Promise<{ status: number; text: string; headers: Record<string, unknown> }>((done, failed) => {
    const { method = 'GET', headers = {}, body } = options;
    const sent = request(`${server.url}${path}`, { method, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      answer.on('end', () => done({ status: answer.statusCode!, text, headers: answer.headers }));
    });
    sent.on('error', failed);
    sent.end(body);
  });
}
const call = async (method: string, path: string, body?: unknown) => {
  const answer = await raw(path, {
    method,
    headers: { authorization: `Bearer ${server.token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: JSON.parse(answer.text) };
};
const upload = (name: string, content: string, token = server.token) => {
  const form = new FormData();
  form.append('file', new Blob([content]), name);
  return fetch(`${server.url}/api/v1/documents`, {
    ...{ method: 'POST', body: form, headers: { authorization: `Bearer ${token}` } },
  });
};

beforeAll(async () => {
  // Not a `folder()`: those go after each test.
  cwd = mkdtempSync(join(tmpdir(), 'rag-serve-'));
  put(cwd, 'handbook.md', HANDBOOK);
  put(cwd, '手册.md', '# 手册\n\n备份保留三十五天。\n');
  await command(cwd, ['ingest', '.']);
  server = await serving(cwd, { MAX_FILE_SIZE: '20kb' });
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  rmSync(cwd, { recursive: true });
});

describe('rag serve', () => {
  it('answers as the command line does', async () => {
    const { json: status } = await call('GET', '/api/v1/status');
    expect(status).toMatchObject({ documents: 2, embedded: status.chunks });
    const { json: found } = await call('POST', '/api/v1/search', { text: 'backups', k: 1 });
    expect(found.hits[0]).toMatchObject({ rank: 1, source: 'handbook.md' });
    const { json: filtered } = await call('POST', '/api/v1/search', { text: 'backups', filter: { in: ['手册*'] } });
    expect(filtered.hits.map((hit: { source: string }) => hit.source)).toEqual(['手册.md']);
    const { json: answered } = await call('POST', '/api/v1/query', { text: '备份保留多久？' });
    expect(answered.answer).toContain('三十五天');
    const { json: verified } = await call('POST', '/api/v1/verify', { citations: answered.citations });
    expect(verified).toMatchObject({ checked: answered.citations.length, valid: answered.citations.length });
    const { json: why } = await call('POST', '/api/v1/why', { text: 'backups', doc: 'handbook.md' });
    expect(why.stage).toBe('found');
    const { json: documents } = await call('GET', '/api/v1/documents?limit=1');
    expect(documents).toMatchObject({ more: true, documents: [{ source: 'handbook.md', type: 'markdown' }] });
    const { json: text } = await call('GET', '/api/v1/documents/text?source=handbook.md');
    expect(text.text).toContain('35 days');
  });

  it('streams an answer, and keeps a conversation', async () => {
    const headers = { authorization: `Bearer ${server.token}`, accept: 'text/event-stream' };
    const answer = await fetch(`${server.url}/api/v1/query`, {
      ...{ method: 'POST', headers, body: JSON.stringify({ text: 'How long are backups kept?' }) },
    });
    const events = (await answer.text()).split('\n\n').map((block) => /^event: (\w+)/.exec(block)?.[1]);
    expect([answer.headers.get('content-type'), events[0], events.filter(Boolean).at(-1)]).toEqual([
      expect.stringContaining('text/event-stream'),
      'token',
      'result',
    ]);
    const first = await call('POST', '/api/v1/chat', { text: 'How long are backups kept?' });
    const { session } = first.json;
    const second = await call('POST', '/api/v1/chat', { text: 'And who keeps it?', session });
    expect(second.json.turn.standalone).toContain('backups');
    const { json } = await call('GET', `/api/v1/chat/session?id=${session}`);
    expect(json.turns).toHaveLength(2);
    expect((await call('POST', '/api/v1/chat', { text: 'x', session: 'nosuch' })).status).toBe(404);
  });

  it('works with the official OpenAI client', async () => {
    const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: server.token });
    expect((await client.models.list()).data.map(({ id }) => id)).toContain('rag');
    const messages = [{ role: 'user' as const, content: 'How long are backups kept?' }];
    const answer = await client.chat.completions.create({ model: 'rag', messages });
    expect(answer.choices[0]!.message.content).toContain('35 days');
    let text = '';
    for await (const part of await client.chat.completions.create({ model: 'rag', messages, stream: true }))
      text += part.choices[0]?.delta.content ?? '';
    expect(text).toBe(answer.choices[0]!.message.content);
    const { data } = await client.embeddings.create({ model: 'rag', input: ['one', '二'] });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([384, 384]);
    const wrong = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'wrong' });
    await expect(wrong.models.list()).rejects.toMatchObject({ status: 401 });
  });

  it('takes uploads, sees them at once, and what others ingest meanwhile; deletes', async () => {
    const answer = await upload('porter.txt', 'The porter lives behind the greenhouse.');
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ added: 1, pending: 0 })]);
    const search = async () => (await call('POST', '/api/v1/search', { text: 'greenhouse' })).json.hits[0].source;
    expect(await search()).toBe('uploads/porter.txt');
    const file = await raw('/api/v1/documents/file?source=uploads/porter.txt', {
      headers: { authorization: `Bearer ${server.token}` },
    });
    expect(file.text).toContain('greenhouse');
    put(cwd, 'new.md', '# New\n\nThe zeppelin lands at noon.\n');
    await command(cwd, ['ingest', '.', '--no-embed']);
    expect((await call('POST', '/api/v1/search', { text: 'zeppelin' })).json.hits[0].source).toBe('new.md');
    put(cwd, 'more.md', '# More\n\nA second zeppelin lands at one.\n');
    expect((await call('POST', '/api/v1/ingest', { paths: ['more.md'] })).json).toMatchObject({ added: 1 });
    expect((await call('DELETE', '/api/v1/documents?source=new.md')).json).toEqual({ removed: ['new.md'] });
    expect((await call('GET', '/api/v1/documents/text?source=new.md')).status).toBe(404);
  });

  it('lets nobody in without the token, under another name, from another page, or out of the home', async () => {
    for (const path of ['/api/v1/status', '/metrics', '/v1/models']) expect((await raw(path)).status).toBe(401);
    for (const path of ['/livez', '/readyz', '/docs', '/openapi.json']) expect((await raw(path)).status).toBe(200);
    const authorization = `Bearer ${server.token}`;
    expect((await raw('/api/v1/status', { headers: { authorization, host: 'evil.example' } })).status).toBe(403);
    expect((await raw('/api/v1/status', { headers: { authorization, origin: 'http://evil.example' } })).status).toBe(
      403,
    );
    expect((await raw('/api/v1/status', { headers: { authorization, origin: server.url } })).status).toBe(200);
    for (const path of ['../', '/etc/passwd', 'a/../../b'])
      expect((await call('POST', '/api/v1/ingest', { paths: [path] })).status).toBe(403);
    const citation = { source: '/etc/passwd', quote: 'root', sha256: '', locator: { start: 0, end: 4 } };
    expect((await call('POST', '/api/v1/verify', { citations: [citation] })).status).toBe(403);
    for (const name of ['../../evil.txt', '..', '.hidden', 'a\\..\\b.txt']) await upload(name, 'some words of it');
    for (const name of readdirSync(join(cwd, 'uploads'))) expect(name).toMatch(/^[^.]/);
    expect(readdirSync(join(cwd, '..')).includes('evil.txt')).toBe(false);
  });

  it('says what is wrong with a request', async () => {
    for (const [body, message] of [
      [{}, 'body.text'],
      [{ text: '' }, 'the question is empty'],
      [{ text: 'x', k: 1000 }, 'body.k'],
      [{ text: 'x', mode: 'magic' }, 'body.mode'],
    ] as const) {
      const { status, json } = await call('POST', '/api/v1/search', body);
      expect([status, json.error.code, json.error.message]).toEqual([400, 'usage', expect.stringContaining(message)]);
    }
    const headers = { authorization: `Bearer ${server.token}` };
    expect((await raw('/api/v1/search', { method: 'POST', headers, body: '{' })).status).toBe(400);
    expect((await raw('/api/v1/search', { method: 'POST', headers, body: `"${'x'.repeat(3e6)}"` })).status).toBe(413);
    expect((await raw('/nothing', { headers })).status).toBe(404);
    const big = await upload('big.txt', 'x'.repeat(30_000));
    expect([big.status, readdirSync(join(cwd, 'uploads')).filter((name) => name.includes('big'))]).toEqual([413, []]);
    const claimed = { ...headers, 'content-type': 'multipart/form-data; boundary=x', 'content-length': '53687091200' };
    const refused = await raw('/api/v1/documents', { method: 'POST', headers: claimed, body: '--x' }).catch(() => ({
      status: 413,
    }));
    expect(refused.status).toBe(413);
  });

  it('describes itself, counts, and logs each request', async () => {
    const spec = JSON.parse((await raw('/openapi.json')).text);
    expect(Object.keys(spec.paths)).toEqual(expect.arrayContaining(['/api/v1/query', '/v1/chat/completions']));
    const { text } = await raw('/metrics', { headers: { authorization: `Bearer ${server.token}` } });
    for (const name of ['rag_http_request_duration_seconds_count', 'rag_home_documents', 'rag_queries_total'])
      expect(text).toContain(name);
    const answer = await raw('/livez', { headers: { 'x-request-id': 'mine-1' } });
    expect(answer.headers['x-request-id']).toBe('mine-1');
    await expect.poll(() => server.log()).toContain('"id":"mine-1"');
    expect(server.log()).not.toContain(server.token);
  });

  it('answers 50 clients at once without an error', async () => {
    const until = Date.now() + Number(process.env.RAG_LOAD_SECONDS ?? 3) * 1000;
    const times: number[] = [];
    const memory = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    const before = memory();
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        while (Date.now() < until) {
          const started = performance.now();
          const { status } = await call('POST', i % 2 ? '/api/v1/search' : '/api/v1/query', { text: `backups ${i}` });
          expect(status).toBe(200);
          times.push(performance.now() - started);
        }
      }),
    );
    times.sort((a, b) => a - b);
    const p = (share: number) => times[Math.floor(share * times.length)]!.toFixed(0);
    console.log(
      `50 clients: ${times.length} answers, p50 ${p(0.5)} ms, p99 ${p(0.99)} ms; RSS ${before.toFixed(0)} → ${memory().toFixed(0)} MB`,
    );
    expect(times.length).toBeGreaterThan(50);
  });

  it('refuses an address that others reach, without a token', async () => {
    const { code, err } = await command(cwd, ['serve', '--host', '0.0.0.0', '--port', '0']);
    expect([code, err]).toEqual([10, expect.stringContaining('RAG_TOKEN')]);
  });
});
