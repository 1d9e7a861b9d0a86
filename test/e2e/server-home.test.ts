import { createHash, randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pdf as makePdf } from '../support/pdf.ts';
import { emptyDatabase } from '../support/postgres.ts';
import { folder, put, rag } from '../support/rag.ts';
import { serverHome } from '../support/server-home.ts';
import { POSTGRES, QDRANT, REDIS, S3, withServices } from '../support/services.ts';
import { serving } from '../support/serving.ts';

withServices([POSTGRES, QDRANT], (postgres, qdrant) => {
  async function database() {
    const name = `rag_e2e_${randomBytes(6).toString('hex')}`;
    const made = await emptyDatabase(postgres, name);
    const env = { RAG_STORE: 'server', DATABASE_URL: made.url, QDRANT_URL: qdrant, QDRANT_COLLECTION: name };
    const drop = async () => {
      await made.drop();
      await fetch(`${qdrant}/collections/${name}`, { method: 'DELETE' });
    };
    return { env, drop };
  }

  it('answers the same from PostgreSQL and Qdrant as from a folder, to the last digit', {
    timeout: 120_000,
  }, async () => {
    const cwd = folder();
    cpSync('examples', join(cwd, 'examples'), { recursive: true });
    await rag({ cwd }, 'ingest', 'examples');
    await rag({ cwd }, 'pack', 'export', 'home.ragpack');
    const { env, drop } = await database();
    const to = folder();
    const into = await rag({ cwd: to, env }, 'pack', 'import', join(cwd, 'home.ragpack'), '--json');
    expect(into.json.result).toMatchObject({ added: 5, pending: 0 });
    for (const question of [
      ['How long are backups kept?'],
      ['绿茶应该储存在什么温度？'],
      ['"delivery note" -forklift'],
      ['forklift', '--mode', 'vector'],
      ['住宿 报销', '--type', 'markdown'],
    ]) {
      const hits = async (where: Parameters<typeof rag>[0]) =>
        (await rag(where, 'search', ...question, '--json')).json.result.hits;
      const server = await hits({ cwd: to, env });
      expect(server.length).toBeGreaterThan(0);
      const local = await hits({ cwd });
      expect(server.map(({ chunk }: { chunk: string }) => chunk)).toEqual(
        local.map(({ chunk }: { chunk: string }) => chunk),
      );
      for (const [i, { score }] of server.entries()) expect(score).toBeCloseTo(local[i].score, 5);
    }
    // And back: the same bytes.
    await rag({ cwd: to, env }, 'pack', 'export', 'again.ragpack');
    const sum = async (file: string) => (await rag({ cwd }, 'pack', 'verify', file, '--json')).json.result.sha256;
    expect(await sum(join(to, 'again.ragpack'))).toBe(await sum('home.ragpack'));
    await drop();
  });

  it('takes documents over HTTP while others ask', { timeout: 120_000 }, async () => {
    const { env, drop } = await database();
    const cwd = folder();
    put(cwd, 'handbook.md', '# Handbook\n\nBackups are kept for 35 days.\n');
    expect((await rag({ cwd, env }, 'ingest', 'handbook.md')).code).toBe(0);
    const server = await serving(cwd, { ...env, RAG_TOKEN: 'one-token-for-all' });
    try {
      const headers = { authorization: `Bearer one-token-for-all` };
      const ask = async (text: string) => {
        const body = JSON.stringify({ text });
        const answer = await fetch(`${server.url}/api/v1/query`, { method: 'POST', headers, body });
        expect(answer.status).toBe(200);
        return (await answer.json()) as { answer: string; citations: { source: string }[] };
      };
      const uploads = Array.from({ length: 5 }, async (_, i) => {
        const form = new FormData();
        form.append('file', new Blob([`# Note ${i}\n\nThe porter of house ${i} has a brass key.\n`]), `note-${i}.md`);
        const answer = await fetch(`${server.url}/api/v1/documents`, { method: 'POST', headers, body: form });
        expect(answer.status).toBe(200);
        await answer.text();
      });
      const asked = Array.from({ length: 20 }, () => ask('How long are backups kept?'));
      for (const { answer } of await Promise.all(asked)) expect(answer).toContain('35 days');
      await Promise.all(uploads);
      const { citations } = await ask('Who has a brass key in house 3?');
      expect(citations[0]!.source).toContain('note-3.md');
    } finally {
      expect(await server.stop()).toBe(0);
      await drop();
    }
  });
});

withServices([POSTGRES, QDRANT, REDIS, S3], (...addresses) => {
  it('is many processes: reads what one took, keeps what it came from, moves to another, says how it is', {
    timeout: 180_000,
  }, async () => {
    const home = await serverHome(addresses as [string, string, string, string]);
    const status = async () => (await rag(home, 'status', '--deep', '--json')).json.result;
    expect(await status()).toMatchObject({
      degraded: true,
      checks: expect.arrayContaining([expect.objectContaining({ name: 'workers', status: 'fail' })]),
    });
    expect((await rag(home, 'worker', '--health')).code).toBe(1);
    expect((await rag(home, 'migrate', 'database', '--plan', '--json')).json.result).toEqual({ plan: [] });
    const processes = [await home.start('worker'), await home.start('worker'), await home.start('scheduler')];
    const servers = [await serving(home.cwd, home.env), await serving(home.cwd, home.env)];
    try {
      for (const role of ['worker', 'scheduler']) expect((await rag(home, role, '--health')).code).toBe(0);
      const asked = async (n: 0 | 1, path: string, init: RequestInit = {}) => {
        const { url, token } = servers[n]!;
        const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) };
        return fetch(url + path, { ...init, headers });
      };
      const pdf = Buffer.from(makePdf([{ lines: ['The brass key hangs behind the porter.'] }]));
      const form = new FormData();
      form.append('about', JSON.stringify({ paths: true, collection: 'keys' }));
      form.append('file', new Blob([pdf]), 'docs/key.pdf');
      form.append('file', new Blob(['# Notes\n\nThe heron fishes at dawn.\n']), 'docs/heron.md');
      const uploaded = await asked(0, '/api/v1/documents', { method: 'POST', body: form });
      expect(await uploaded.json()).toMatchObject({ added: 2, failed: 0, pending: 0 });
      // The other server never saw the file.
      const file = await asked(1, '/api/v1/documents/file?source=docs/key.pdf');
      expect(Buffer.from(await file.arrayBuffer()).equals(pdf)).toBe(true);
      const page = await asked(1, '/api/v1/documents/page?source=docs/key.pdf&page=1&start=4&end=13');
      expect(await page.json()).toMatchObject({ pages: 1, boxes: [expect.any(Array)] });
      const body = JSON.stringify({ text: 'Who fishes at dawn?' });
      const answer = (await (await asked(1, '/api/v1/query', { method: 'POST', body })).json()) as {
        citations: object[];
      };
      const verified = await asked(0, '/api/v1/verify', { method: 'POST', body: JSON.stringify(answer) });
      expect(await verified.json()).toMatchObject({ checked: answer.citations.length, valid: answer.citations.length });
      expect(await status()).toMatchObject({
        ...{ documents: 2, degraded: false, deadLetters: [] },
        queue: { waiting: 0, active: 0, delayed: 0, dead: 0 },
      });
      expect(await (await asked(0, '/api/v1/services')).json()).toMatchObject({ degraded: false });

      const metrics = await (await asked(1, '/metrics')).text();
      for (const line of ['rag_jobs{state="dead"} 0', 'rag_processes{role="worker"} 2', 'rag_home_documents 2'])
        expect(metrics).toContain(line);

      // To a second home: what is missing there, then the files, then the pack.
      const next = await serverHome(addresses as [string, string, string, string]);
      const there = await serving(next.cwd, next.env);
      const to = async (method: string, path: string, sent?: string | Buffer) =>
        fetch(there.url + path, {
          method,
          ...(sent === undefined ? {} : { body: sent }),
          headers: { authorization: `Bearer ${there.token}` },
        });
      const sha256 = createHash('sha256').update(pdf).digest('hex');
      const kept = async () => (await to('GET', `/api/v1/originals/${sha256}`)).status;
      expect(await kept()).toBe(404);
      const place = (name: string, bytes = pdf.length) =>
        `/api/v1/originals/${name}?source=docs/key.pdf&mtime=1500000000123&bytes=${bytes}`;
      expect((await to('PUT', place('0'.repeat(64)), pdf)).status).toBe(422);
      expect((await to('PUT', place(sha256, 5), pdf)).status).toBe(422);
      expect((await to('PUT', place('../../x'), pdf)).status).toBe(404);
      expect((await to('PUT', place('xyz'), pdf)).status).toBe(400);
      expect(await kept()).toBe(404);
      expect(await (await to('PUT', place(sha256), pdf)).json()).toEqual({ stored: true });
      expect(await (await to('PUT', place(sha256))).json()).toEqual({ stored: false });
      expect(await kept()).toBe(200);
      const pack = Buffer.from(await (await asked(0, '/api/v1/packs')).arrayBuffer());
      expect(await (await to('POST', '/api/v1/packs', pack)).json()).toMatchObject({ added: 2, pending: 0 });
      expect((await to('POST', '/api/v1/packs', 'no pack')).status).toBeGreaterThanOrEqual(400);
      const moved = await to('GET', '/api/v1/documents/file?source=docs/key.pdf');
      expect(Buffer.from(await moved.arrayBuffer()).equals(pdf)).toBe(true);
      expect(await there.stop()).toBe(0);
      await next.drop();

      // Taken out while it is read again: it does not come back.
      const gone = asked(0, '/api/v1/documents?source=docs/heron.md', { method: 'DELETE' });
      expect((await gone).status).toBe(200);
      expect((await asked(1, '/api/v1/documents?source=docs/heron.md', { method: 'DELETE' })).status).toBe(404);
    } finally {
      for (const one of [...servers, ...processes]) expect(await one.stop()).toBe(0);
      await home.drop();
    }
  });

  it('lets the later of two versions win, whoever reads them', { timeout: 180_000 }, async () => {
    const home = await serverHome(addresses as [string, string, string, string]);
    const workers = [await home.start('worker', '--concurrency', '4'), await home.start('worker')];
    const server = await serving(home.cwd, home.env);
    try {
      const headers = { authorization: `Bearer ${server.token}` };
      const upload = async (text: string) => {
        const form = new FormData();
        // Of one time, and in part of one size: only the bytes tell them apart.
        form.append('about', JSON.stringify({ mtimes: { 'note.md': 1_500_000_000_000 } }));
        form.append('file', new Blob([text]), 'note.md');
        return fetch(`${server.url}/api/v1/documents`, { method: 'POST', headers, body: form });
      };
      for (let turn = 0; turn < 5; turn++) {
        const long = `${'Some words of the first version. '.repeat(3000)} turn ${turn}`;
        const both = [upload(long)];
        await new Promise((soon) => setTimeout(soon, 20 * turn));
        both.push(upload(`The second version of turn ${turn}.`));
        for (const answer of await Promise.all(both)) expect(answer.status).toBe(200);
        const shown = await fetch(`${server.url}/api/v1/documents/text?source=uploads/note.md`, { headers });
        const original = await fetch(`${server.url}/api/v1/documents/file?source=uploads/note.md`, { headers });
        expect(((await shown.json()) as { text: string }).text.trim()).toBe((await original.text()).trim());
      }
    } finally {
      for (const one of [server, ...workers]) expect(await one.stop()).toBe(0);
      await home.drop();
    }
  });
});
