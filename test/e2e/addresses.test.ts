import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { outside } from '../../src/remote/outside.ts';
import { eventually } from '../support/eventually.ts';
import { fetched, freePort } from '../support/own-server.ts';
import { emptyDatabase } from '../support/postgres.ts';
import { folder, put, rag } from '../support/rag.ts';
import { POSTGRES, QDRANT, withServices } from '../support/services.ts';

it('refuses an address where the home is a folder', async () => {
  const cwd = folder({ 'a.md': 'Words.\n' });
  const { code, err } = await rag({ cwd }, 'ingest', 'a.md', 'https://site.example/a.html');
  expect([code, err]).toEqual([2, expect.stringMatching(/site\.example.*server home.*\n.*--home stack/)]);
  expect((await rag({ cwd }, 'list', '--json')).json.result.documents).toEqual([]);
});

withServices([POSTGRES, QDRANT], (postgres, qdrant) => {
  const pages: Record<string, string> = {
    '/heron.html': '<p>The heron fishes at dawn.</p>',
    '/porter.html': '<p>The porter has a brass key.</p>',
    '/long.html': `<p>${'Many words. '.repeat(1000)}</p>`,
  };
  const site = createServer((asked, answer) => {
    const page = pages[asked.url!.replace(/\?.*/, '')];
    answer.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html' }).end(page);
  });
  const ending: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const end of ending.reverse()) await end();
    rmSync(kept, { recursive: true });
  });
  let kept: string;
  let on: Record<string, string>;
  let off: Record<string, string>;

  /** The API in this process, so that it finds our site where it looks for the internet. */
  async function serve(env: Record<string, string>) {
    const port = String(await freePort());
    const stop = new AbortController();
    const left = rag({ cwd: kept, env, signal: stop.signal }, 'serve', '--port', port);
    ending.push(async () => {
      stop.abort();
      await left;
    });
    const url = `http://127.0.0.1:${port}`;
    await eventually(20, () => fetched(`${url}/livez`), 100);
    return { RAG_HOME: 'stack', RAG_API_URL: url, RAG_API_KEY: env.RAG_TOKEN! };
  }

  beforeAll(async () => {
    kept = mkdtempSync(join(tmpdir(), 'rag-addresses-'));
    await new Promise<void>((listening) => site.listen(0, '127.0.0.1', listening));
    ending.push(() => new Promise((closed) => site.close(closed)));
    vi.spyOn(outside, 'resolve').mockImplementation(async (name) => {
      if (name !== 'site.example') throw new Error('ENOTFOUND');
      return ['93.184.216.34'];
    });
    vi.spyOn(outside, 'connect').mockImplementation(() => connect((site.address() as AddressInfo).port, '127.0.0.1'));
    const name = `rag_e2e_${randomBytes(6).toString('hex')}`;
    const { url, drop } = await emptyDatabase(postgres, name);
    ending.push(drop, () => fetch(`${qdrant}/collections/${name}`, { method: 'DELETE' }));
    const home = { RAG_STORE: 'server', DATABASE_URL: url, QDRANT_URL: qdrant, QDRANT_COLLECTION: name };
    const env = { ...home, RAG_TOKEN: 'one-token-for-all' };
    expect((await rag({ cwd: kept, env }, 'migrate', 'database', '--yes')).code).toBe(0);
    on = await serve({ ...env, URL_INGEST: 'on' });
    off = await serve(env);
  }, 60_000);

  const ingest = (cwd: string, ...argv: string[]) => rag({ cwd, env: on }, 'ingest', ...argv, '--json');

  it('has the server fetch what an address holds, with the words, JSON and codes of any ingest', async () => {
    const cwd = folder({ 'docs/note.md': 'The zeppelin lands at noon.\n' });
    const [heron, porter] = ['http://site.example/heron.html', 'http://site.example/porter.html?key=secret'];
    const first = await ingest(cwd, heron, '--collection', 'birds', '--tag', 'year=2026', '-v');
    expect([first.code, first.json]).toEqual([
      0,
      {
        ok: true,
        result: expect.objectContaining({
          ...{ added: 1, failed: 0, chunks: 1, embedded: 1, pending: 0, bytes: pages['/heron.html']!.length },
          files: [{ source: 'web/site.example/heron.html', status: 'added' }],
        }),
      },
    ]);
    expect(first.err).toContain('"source":"web/site.example/heron.html","status":"added"');
    expect((await ingest(cwd, heron, '--collection', 'birds', '--tag', 'year=2026')).json.result).toMatchObject({
      ...{ added: 0, updated: 0, unchanged: 1, chunks: 0 },
    });
    expect((await ingest(cwd, 'docs', porter, porter, '--no-embed')).json.result).toMatchObject({
      added: 2,
      pending: 2,
    });
    const { documents } = (await rag({ cwd, env: on }, 'list', '--json')).json.result;
    expect(documents).toEqual([
      expect.objectContaining({ source: 'docs/note.md' }),
      expect.objectContaining({
        ...{ source: 'web/site.example/heron.html', collection: 'birds' },
        tags: { year: '2026', url: heron },
      }),
      expect.objectContaining({ tags: { url: 'http://site.example/porter.html' } }),
    ]);
    expect((await rag({ cwd, env: on }, 'query', 'Who has a brass key?', '--json')).json.result.answer).toContain(
      'porter',
    );

    // A folder that was never where it came from does not miss it, but does miss its own.
    put(cwd, 'web/own/a.md', 'The otter sleeps.\n');
    expect((await ingest(cwd, '.')).json.result).toMatchObject({ added: 1, removed: 0 });
    const other = folder();
    expect((await ingest(other, '.', heron)).json.result).toMatchObject({ removed: 2 });
    expect((await rag({ cwd, env: on }, 'list', '--json')).json.result.documents).toHaveLength(2);
  }, 60_000);

  it('names what could not be had, and goes on with the others', async () => {
    const cwd = folder({ 'note.md': 'The zeppelin lands at noon.\n' });
    const gone = 'http://site.example/gone.html';
    const sole = await ingest(cwd, gone);
    expect([sole.code, sole.json.result]).toMatchObject([
      9,
      {
        failed: 1,
        files: [{ source: gone, status: 'failed', code: 'unreadable', reason: expect.stringContaining('404') }],
      },
    ]);
    const some = await ingest(cwd, gone, 'http://a:b@site.example/', 'http://10.0.0.1/', 'note.md');
    expect([some.code, some.json.result]).toMatchObject([3, { added: 1, failed: 3 }]);
    expect(some.json.result.files.map(({ source }: { source: string }) => source)).toContain('http://…@site.example/');
    const long = await ingest(cwd, 'http://site.example/long.html', '--max-file-size', '1k');
    expect([long.code, long.json.result]).toMatchObject([0, { skipped: 1, files: [{ code: 'too_large' }] }]);
  }, 60_000);

  it('is refused with one sentence: a private address, where it is off, where it means nothing', async () => {
    const cwd = folder();
    const refused = async (env: Record<string, string>, ...argv: string[]) => {
      const { code, json } = await rag({ cwd, env }, 'ingest', ...argv, '--json');
      return [code, json.ok, json.error?.message];
    };
    expect(await refused(on, 'http://127.0.0.1/')).toEqual([12, false, expect.stringContaining('no public address')]);
    expect(await refused(on, 'http://site.example:22/')).toEqual([
      2,
      false,
      expect.stringContaining('a port of its own'),
    ]);
    expect(await refused(off, 'http://site.example/')).toEqual([12, false, expect.stringContaining('takes nothing')]);
    for (const flag of ['--dry-run', '--watch', '--plan'])
      expect(await refused(on, 'http://site.example/', flag)).toEqual([2, false, expect.stringContaining(flag)]);
  });
});
