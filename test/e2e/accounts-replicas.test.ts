import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AccountServer, accountServer } from '../support/accounts.ts';
import { POSTGRES, QDRANT, REDIS, withServices } from '../support/services.ts';
import { type Serving, serving } from '../support/serving.ts';

withServices([POSTGRES, QDRANT, REDIS], (postgres, qdrant, redis) => {
  let server: AccountServer;
  let other: Serving;
  let endWorker: () => Promise<unknown>;
  const queue = new URL(redis);
  queue.pathname = `/${1 + Math.floor(Math.random() * 15)}`;
  const more = { QUEUE: 'redis', REDIS_URL: queue.href };

  /** Two servers and a worker that share a database, a queue and a folder of originals. */
  beforeAll(async () => {
    server = await accountServer(postgres, qdrant, more);
    other = await serving(server.cwd, server.env);
    const worker = spawn(process.execPath, [resolve('bin/rag.js'), 'worker'], {
      ...{ cwd: server.cwd, stdio: ['ignore', 'ignore', 'pipe'] },
      env: { PATH: process.env.PATH, HOME: server.cwd, LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9', ...server.env },
    });
    const closed = new Promise((done) => worker.on('close', done));
    endWorker = () => {
      worker.kill('SIGTERM');
      return closed;
    };
    let log = '';
    await new Promise<void>((ready, failed) => {
      worker.stderr!.setEncoding('utf8').on('data', (part: string) => {
        log += part;
        if (/at work/.test(log)) ready();
      });
      void closed.then((code) => failed(new Error(`rag worker left with ${code}: ${log}`)));
    });
  });
  afterAll(async () => {
    await endWorker();
    await other.stop();
    await server.stop();
    const client = new Redis(queue.href);
    await client.flushdb();
    client.disconnect();
  });

  const root = async () => (await server.signIn('root', server.admin.password)).access;
  async function upload(bearer: string, name: string, text: string, about: object = {}) {
    const form = new FormData();
    form.append('about', JSON.stringify({ paths: true, ...about }));
    form.append('file', new Blob([text]), name);
    return server.call('POST', '/api/v1/documents', { bearer, body: form });
  }

  it('takes a session of one server at the other, and knows there that it ended', async () => {
    const { access, refresh } = await server.signIn('root', server.admin.password);
    const me = async () =>
      (await fetch(`${other.url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${access}` } })).status;
    expect(await me()).toBe(200);
    await server.call('POST', '/api/v1/auth/logout', { body: { refresh } });
    await expect.poll(me, { timeout: 5000 }).toBe(401);
  });

  it('counts tries to sign in at both servers together', async () => {
    const headers = { 'x-forwarded-for': '10.77.0.1' };
    const body = JSON.stringify({ name: 'root', password: 'wrong' });
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) {
      const { url } = i % 2 === 0 ? server : other;
      statuses.push((await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers, body })).status);
    }
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
  });

  it('lets workers write no further than who sent a file, and keeps the originals of others', async () => {
    const admin = await root();
    const body = { name: 'mei', role: 'editor', collections: ['tea'], password: 'the password of mei' };
    expect((await server.call('POST', '/api/v1/users', { bearer: admin, body })).status).toBe(200);
    const mei = (await server.signIn('mei', body.password)).access;
    expect((await upload(admin, 'pay/bonus.md', '# Pay\n\nA bonus.\n', { collection: 'pay' })).json).toMatchObject({
      added: 1,
    });
    expect((await upload(mei, 'green.md', '# Green\n\nGreen tea.\n')).json).toMatchObject({ added: 1, pending: 0 });
    const { documents } = (await server.call('GET', '/api/v1/documents', { bearer: mei })).json;
    expect(documents).toMatchObject([{ source: 'tea:/green.md', collection: 'tea' }]);
    expect((await upload(mei, 'pay/bonus.md', 'mine now')).json).toMatchObject({ added: 1 });
    expect((await server.call('DELETE', '/api/v1/documents?source=pay/bonus.md', { bearer: mei })).status).toBe(404);
    const file = await server.call('GET', '/api/v1/documents/file?source=pay/bonus.md', { bearer: admin });
    expect([file.status, file.text]).toEqual([200, '# Pay\n\nA bonus.\n']);
    expect((await server.call('GET', '/api/v1/documents/file?source=pay/bonus.md', { bearer: mei })).status).toBe(404);
    const client = new pg.Client({ connectionString: server.env.DATABASE_URL! });
    await client.connect();
    // What a job may do is written with it.
    const { rows } = await client.query(`SELECT source, labels->'within' AS within FROM originals ORDER BY source`);
    expect(rows).toEqual([
      { source: 'pay/bonus.md', within: null },
      { source: 'tea:/green.md', within: ['tea'] },
      { source: 'tea:/pay/bonus.md', within: ['tea'] },
    ]);
    await client.end();
  });
});
