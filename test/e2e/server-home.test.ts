import { randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { emptyDatabase } from '../support/postgres.ts';
import { folder, put, rag } from '../support/rag.ts';
import { POSTGRES, QDRANT, withServices } from '../support/services.ts';
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
