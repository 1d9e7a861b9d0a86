import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, unlinkSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { multipart } from '../../src/client/multipart.ts';
import { folder, put, type Ran, rag } from '../support/rag.ts';
import { json, type Reply, scriptedServer } from '../support/scripted-server.ts';
import type { Serving } from '../support/serving.ts';
import { hasTerminal, openTerminal, type Terminal } from '../support/terminal.ts';

/** A home behind `rag serve`, wherever it keeps what it is sent. */
export interface StackHome {
  server: Serving;
  /** Sources whose files are kept, also of documents that were taken out. */
  kept(): Promise<string[]>;
  /** Milliseconds since 1970. */
  mtime(source: string): Promise<number>;
  /** Where the home is a folder. */
  folder?: string;
  close(): Promise<void>;
}

const FILES = {
  'docs/handbook.md':
    '# Handbook\n\nBackups are kept for 35 days.\n\n## Cellar\n\nThe porter has the key of the cellar.\n',
  'docs/手册.md': '# 手册\n\n备份保留三十五天。\n\n门卫保管地窖的钥匙。\n',
  'docs/prices.csv': 'item,price\napple,3\npear,4\n',
  'docs/.hidden.md': 'never seen',
  'docs/.ragignore': 'private/\n',
  'docs/private/diary.md': 'Nobody reads this.\n',
};

/** Without times; scores to five digits, since a database keeps the scale of a vector in single precision. */
const timeless = (value: object) =>
  JSON.parse(JSON.stringify(value), (name, one) => {
    if (['seconds', 'ingested', 'at'].includes(name)) return undefined;
    return name === 'score' ? Number(one.toFixed(5)) : one;
  });

/** Files are reported in the order in which they were ready. */
const sorted = (files: { source: string }[]) => files.sort((a, b) => (a.source < b.source ? -1 : 1));

/** What the verbs do with a home behind an API, the same whatever that home is. */
export function stackSuite(name: string, open: () => Promise<StackHome>): void {
  let home: StackHome;
  let server: Serving;
  let env: Record<string, string>;
  beforeAll(async () => {
    home = await open();
    server = home.server;
    env = { RAG_HOME: 'stack', RAG_API_URL: server.url, RAG_API_KEY: server.token };
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    await home.close();
  });
  afterEach(async () => {
    await stack(tmpdir(), 'rm', '**');
  });
  const stack = (cwd: string, ...argv: string[]): Promise<Ran> => rag({ cwd, env }, ...argv);

  describe(`the stack home (${name})`, () => {
    it('answers like a folder: the same hits, citations, lists and texts in both languages', async () => {
      const cwd = folder(FILES);
      const ingested = {
        local: await rag({ cwd }, 'ingest', 'docs', '--json', '-v'),
        stack: await stack(cwd, 'ingest', 'docs', '--json', '-v'),
      };
      expect(ingested.stack.json.result).toMatchObject({ added: 3, failed: 0, pending: 0 });
      for (const { json } of [ingested.local, ingested.stack]) sorted(json.result.files);
      expect(timeless(ingested.stack.json)).toEqual(timeless(ingested.local.json));
      for (const argv of [
        ['search', 'how long are backups kept', '--explain'],
        ['search', '备份保留多久', '-k', '2', '--mode', 'lexical'],
        ['search', 'backups', '--in', 'docs/手*', '--type', 'markdown', '--since', '2020-01-01'],
        ['query', 'How long are backups kept?'],
        ['query', '备份保留多久？'],
        ['query', 'Who won the regatta?'],
        ['list'],
        ['list', 'docs/*.csv'],
        ['list', '--type', 'markdown'],
        ['show', 'docs/prices.csv', '--tables'],
        ['show', 'docs/手册.md', '--pages'],
        ['show', 'docs/handbook.md'],
        ['show', 'nothing.md'],
        ['chats', 'stale'],
      ]) {
        const [mine, its] = [await rag({ cwd }, ...argv, '--json'), await stack(cwd, ...argv, '--json')];
        expect([argv, its.code, timeless(its.json)]).toEqual([argv, mine.code, timeless(mine.json)]);
      }
      for (const argv of [
        ['search', 'backups'],
        ['query', '备份保留多久？', '--lang', 'zh'],
        ['show', 'docs/手册.md', '--text'],
        ['list'],
      ]) {
        const [mine, its] = [await rag({ cwd }, ...argv), await stack(cwd, ...argv)];
        expect([argv, its.out]).toEqual([argv, mine.out]);
      }
      const [hit] = (await stack(cwd, 'search', 'cellar key', '--json')).json.result.hits;
      for (const argv of [
        ['show', hit.chunk, '--json'],
        ['search', '--batch', 'questions.txt', '--json'],
      ]) {
        put(cwd, 'questions.txt', 'backups\n\n{"id":"none","text":""}\n地窖的钥匙\n');
        expect(timeless((await stack(cwd, ...argv)).json)).toEqual(timeless((await rag({ cwd }, ...argv)).json));
      }
    });

    it('sends only what is new or changed, and takes out what is gone, below the paths given', async () => {
      const cwd = folder({ ...FILES, 'other/note.md': 'The zeppelin lands at noon.\n' });
      const ingest = async (...more: string[]) => (await stack(cwd, 'ingest', ...more, '--json')).json.result;
      expect(await ingest('.')).toMatchObject({ added: 4, unchanged: 0, bytes: expect.any(Number) });
      const asked = () => (server.log().match(/"method":"POST","path":"\/api\/v1\/documents"/g) ?? []).length;
      const before = asked();
      expect(await ingest('.')).toMatchObject({ added: 0, updated: 0, unchanged: 4, bytes: 0 });
      expect(asked()).toBe(before);
      put(cwd, 'docs/handbook.md', '# Handbook\n\nBackups are kept for 90 days.\n');
      put(cwd, 'docs/prices-2.csv', FILES['docs/prices.csv']);
      unlinkSync(join(cwd, 'docs/prices.csv'));
      unlinkSync(join(cwd, 'docs/手册.md'));
      unlinkSync(join(cwd, 'other/note.md'));
      expect(await ingest('docs', '--dry-run')).toMatchObject({ updated: 1, renamed: 1, removed: 1, unchanged: 0 });
      expect(await ingest('docs')).toMatchObject({ added: 0, updated: 1, renamed: 1, removed: 1, unchanged: 0 });
      const listed = (await stack(cwd, 'list', '--json')).json.result.documents.map(
        ({ source }: { source: string }) => source,
      );
      expect(listed).toEqual(['docs/handbook.md', 'docs/prices-2.csv', 'other/note.md']);
      expect((await stack(cwd, 'query', 'How long are backups kept?', '--json')).json.result.answer).toContain(
        '90 days',
      );
      expect(await ingest('docs', '--collection', 'work', '--tag', 'year=2026')).toMatchObject({ updated: 2 });
      expect(
        (await stack(cwd, 'list', '--collection', 'work', '--tag', 'year=2026', '--json')).json.result.documents,
      ).toHaveLength(2);
    });

    it('names what it could not read, with the exit codes of a folder', async () => {
      const cwd = folder({ 'a.md': 'Some words.\n', 'torn.pdf': '%PDF-1.7 torn', 'docs/rag.yaml': '# ours\n' });
      const [mine, its] = [await rag({ cwd }, 'ingest', '.', '--json'), await stack(cwd, 'ingest', '.', '--json')];
      expect([its.code, its.json.result.failed]).toEqual([mine.code, mine.json.result.failed]);
      expect(its.json.result.files).toContainEqual(
        expect.objectContaining({ source: 'docs/rag.yaml', status: 'skipped' }),
      );
      expect((await stack(cwd, 'list', '--json')).json.result.unread).toEqual(
        (await rag({ cwd }, 'list', '--json')).json.result.unread,
      );
      const again = await stack(cwd, 'ingest', '.', '--json');
      expect(again.json.result).toMatchObject({ added: 0, failed: 1, bytes: 0 });
      expect((await stack(cwd, 'ingest', 'nowhere.md')).code).toBe(6);
      expect((await stack(folder({ 'empty/.hidden': '' }), 'ingest', 'empty')).out).toContain('nothing to ingest');
      const outside = folder({ 'x.md': 'Outside.' });
      const refused = await stack(cwd, 'ingest', outside);
      expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('cd ')]);
    });

    it('takes standard input, and files that lie in archives count as unchanged', async () => {
      const { zipSync } = await import('fflate');
      const zip = Buffer.from(zipSync({ 'inner/deep.md': Buffer.from('The falcon nests in the tower.\n') }));
      const cwd = folder({ 'docs/outer.zip': zip });
      const first = await rag(
        { cwd, env, stdin: 'The heron fishes at dawn.' },
        'ingest',
        'docs',
        '-',
        '--name',
        'notes/heron.md',
        '--json',
      );
      expect(first.json.result).toMatchObject({ added: 2 });
      expect((await stack(cwd, 'ingest', 'docs', '--json')).json.result).toMatchObject({
        unchanged: 1,
        added: 0,
        bytes: 0,
      });
      expect((await stack(cwd, 'search', 'heron', '-k', '1', '--json')).json.result.hits[0].source).toBe(
        'notes/heron.md',
      );
      expect((await stack(cwd, 'rm', 'docs/outer.zip', '--json')).json.result.removed).toContain(
        'docs/outer.zip!/inner/deep.md',
      );
    });

    it('removes, explains, verifies and converses there', async () => {
      const cwd = folder(FILES);
      await stack(cwd, 'ingest', 'docs');
      const why = (await stack(join(cwd, 'docs'), 'why', 'backups', '--doc', 'docs/handbook.md', '--json')).json;
      expect(why.result.stage).toBe('found');
      put(cwd, 'answer.json', (await stack(cwd, 'query', '备份保留多久？', '--json')).out);
      expect((await stack(cwd, 'verify', 'answer.json', '--json')).json.result).toMatchObject({
        valid: 1,
        missing: [],
      });
      const talk = await rag(
        { cwd, env, stdin: 'How long are backups kept?\nAnd who has the key of the cellar?\n' },
        'chat',
        '--json',
      );
      const { session, turns } = talk.json.result;
      expect([turns.length, turns[0].answer]).toEqual([2, expect.stringContaining('35 days')]);
      expect((await stack(cwd, 'chat', '--list', '--json')).json.result.sessions[0]).toMatchObject({
        id: session,
        turns: 2,
      });
      const on = await rag({ cwd, env, stdin: '备份保留多久？\n' }, 'chat', '--resume', session, '--json');
      expect(on.json.result).toMatchObject({ session, turns: [{ answer: expect.stringContaining('三十五天') }] });
      expect((await stack(cwd, 'verify', session)).code).toBe(0);
      expect((await stack(cwd, 'chat', '--resume', 'nosuch')).code).toBe(6);
      const status = (await stack(cwd, 'status', '--json')).json.result;
      const local = (await rag({ cwd }, 'status', '--json')).json.result;
      expect(status).toMatchObject({ home: server.url, documents: 3 });
      expect(Object.keys(status).sort()).toEqual(Object.keys(local).sort());
      expect((await stack(cwd, 'rm', 'docs/*.csv', '--json')).json.result.removed).toEqual(['docs/prices.csv']);
      expect((await stack(cwd, 'rm', 'docs/*.csv')).code).toBe(6);
      expect(await home.kept()).toContain('docs/prices.csv');
    });

    it('says in one sentence what works on a folder only', async () => {
      const cwd = folder(FILES);
      for (const argv of [
        'embed',
        'prune',
        'doctor --repair',
        'eval run',
        'pack export x.ragpack',
        'model list',
        'diff 2026-01-01',
        'init --home stack',
        'serve --port 0',
        'mcp',
        'ingest docs --plan',
        'ingest docs --ocr force',
      ]) {
        const { code, err } = await stack(cwd, ...argv.split(' '));
        expect([argv, code, err]).toEqual([
          argv,
          2,
          expect.stringMatching(/^rag: .* works on a home in a folder, not on the stack home\n {5}.*\n$/),
        ]);
      }
      put(cwd, 'rag.yaml', `home: stack\nrag_api_url: ${server.url}\n`);
      expect((await rag({ cwd, env: { RAG_API_KEY: server.token } }, 'status')).out).toContain(server.url);
      const file = folder({ key: `${server.token}\n` });
      expect((await rag({ cwd, env: { RAG_API_KEY_FILE: join(file, 'key') } }, 'status')).code).toBe(0);
    });

    it('says what is wrong: no key, a wrong one, a server that is gone or is none, an unknown answer', async () => {
      const cwd = folder(FILES);
      const wrong = await rag({ cwd, env: { ...env, RAG_API_KEY: 'wrong' } }, 'search', 'backups', '--json');
      expect([wrong.code, wrong.json.error]).toEqual([
        11,
        expect.objectContaining({ code: 'unauthenticated', hint: expect.stringContaining(`rag login ${server.url}`) }),
      ]);
      const gone = await rag(
        { cwd, env: { ...env, RAG_API_URL: 'http://127.0.0.1:9' } },
        'search',
        'backups',
        '--json',
      );
      expect([gone.code, gone.json.error]).toEqual([
        5,
        expect.objectContaining({
          code: 'unavailable',
          message: expect.stringContaining('http://127.0.0.1:9'),
          hint: expect.stringContaining('rag serve'),
        }),
      ]);
      const other = await rag({ cwd, env: { ...env, RAG_API_URL: `${server.url}/docs` } }, 'status', '--json');
      expect([other.code, other.json.ok]).toEqual([6, false]);
      const interrupt = AbortSignal.timeout(30);
      const stopped = await rag(
        { cwd, env: { ...env, RAG_API_URL: 'http://127.0.0.1:9' }, signal: interrupt },
        'search',
        'backups',
      );
      expect(stopped.code).toBe(130);
      const chinese = await stack(cwd, 'show', 'nothing.md', '--lang', 'zh');
      expect(chinese.err).toContain('此库中没有文档');
    });

    it('asks again where that may help and changes nothing, and only there', async () => {
      const cwd = folder(FILES);
      const found = { query: 'x', mode: 'lexical', seconds: 0, coverage: { chunks: 1, embedded: 1 }, hits: [] };
      const drop: Reply = (response) => response.destroy();
      const busy = json(503, 'not ours');
      const proxy = await scriptedServer([drop, busy, json(429, {}, { 'retry-after': '1' }), json(200, found)]);
      const env = { RAG_HOME: 'stack', RAG_API_URL: proxy.url, RAG_API_KEY: 'k' };
      expect((await rag({ cwd, env }, 'search', 'x', '--json')).json.result.hits).toEqual([]);
      const [, , third, fourth] = proxy.asked;
      expect([proxy.asked.length, fourth!.at - third!.at >= 1000]).toEqual([4, true]);
      await proxy.close();
      const stays = await scriptedServer([busy]);
      const talk = await rag({ cwd, env: { ...env, RAG_API_URL: stays.url }, stdin: 'a question\n' }, 'chat', '--json');
      expect([talk.code, stays.asked.length]).toEqual([5, 1]);
      await stays.close();
      // Begun to answer: not asked again.
      const begun: Reply = (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('event: token\ndata: {"type":"token","text":"Half"}\n\n', () => response.destroy());
      };
      const cut = await scriptedServer([begun]);
      const half = await rag({ cwd, env: { ...env, RAG_API_URL: cut.url } }, 'query', 'x', '--json');
      expect([half.code, cut.asked.length, half.err]).toEqual([5, 1, expect.stringContaining('Half')]);
      await cut.close();
      const moved = await scriptedServer([json(302, {}, { location: server.url })]);
      const away = await rag({ cwd, env: { ...env, RAG_API_URL: moved.url } }, 'status');
      expect([away.code, moved.asked.length]).toEqual([5, 1]);
      await moved.close();
    });

    it('keeps a login for its own address only, readable by nobody else', async () => {
      const cwd = folder(FILES);
      const login = await rag({ cwd, stdin: `${server.token}\n` }, 'login', server.url);
      const file = join(cwd, '.config/rag/login.json');
      expect([login.code, login.out.includes(server.token), login.err.includes(server.token)]).toEqual([
        0,
        false,
        false,
      ]);
      if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
      expect((await rag({ cwd }, 'status', '--home', 'stack')).out).toContain(server.url);
      const elsewhere = await rag(
        { cwd, env: { RAG_API_URL: server.url.replace('127.0.0.1', 'localhost') } },
        'status',
        '--home',
        'stack',
      );
      expect(elsewhere.code).toBe(11);
      const before = readFileSync(file, 'utf8');
      expect((await rag({ cwd, stdin: 'wrong' }, 'login', server.url)).code).toBe(11);
      expect((await rag({ cwd, stdin: 'x' }, 'login', 'ftp://example.org')).code).toBe(2);
      expect(readFileSync(file, 'utf8')).toBe(before);
      expect((await rag({ cwd }, 'logout')).code).toBe(0);
      expect([existsSync(file), (await rag({ cwd }, 'logout', '--json')).json.result]).toEqual([
        false,
        { forgotten: false },
      ]);
    });
  });

  describe.skipIf(!hasTerminal)(`on a terminal (needs tmux; ${name})`, () => {
    const open: Terminal[] = [];
    afterEach(() => {
      for (const one of open.splice(0)) one.close();
    });
    const terminal = (cwd: string, args: string) => {
      const settings = `HOME=${cwd} RAG_API_URL=${server.url} LANG=C.UTF-8`;
      const made = openTerminal(`env ${settings} ${process.execPath} ${resolve('bin/rag.js')} ${args}`, cwd, 120);
      open.push(made);
      return made;
    };

    it('asks for the key without showing it, talks, opens a source, says why, and goes on', async () => {
      const cwd = folder(FILES);
      await stack(cwd, 'ingest', 'docs');
      const login = terminal(cwd, `login ${server.url}`);
      await login.see(/Key:/);
      login.type(server.token);
      login.press('Enter');
      expect(await login.see(/left with 0/)).not.toContain(server.token);
      const chat = terminal(cwd, 'chat --home stack');
      await chat.see(/Enter ask/);
      chat.type('备份保留多久？');
      chat.press('Enter');
      await chat.see(/\[1\] docs\/手册\.md/);
      chat.press('Tab', 'Enter');
      await chat.see(/# 手册[\s\S]*备份保留三十五天/);
      chat.press('Escape');
      await chat.see(/choose/);
      chat.press('Escape');
      await chat.see(/Enter ask/);
      chat.type('/why docs/手册.md');
      chat.press('Enter');
      await chat.see(/✓ rank/);
      chat.type('/model other');
      chat.press('Enter');
      await chat.see(/\/model works on a home in a folder/);
      chat.type('/quit');
      chat.press('Enter');
      const id = /rag chat --resume (\S+)/.exec(await chat.see(/left with 0/))![1]!;
      expect((await stack(cwd, 'chat', '--list', '--json')).json.result.sessions[0]).toMatchObject({ id, turns: 1 });
    });

    it('forgets a key that was begun at Ctrl-C', async () => {
      const cwd = folder();
      const login = terminal(cwd, `login ${server.url}`);
      await login.see(/Key:/);
      login.type('begun');
      login.press('C-c');
      await login.see(/left with 130/);
      expect(existsSync(join(cwd, '.config/rag/login.json'))).toBe(false);
    });
  });

  describe(`an upload with paths (${name})`, () => {
    async function upload(names: string[], about: object = {}, more: Record<string, string> = {}) {
      const files = names.map((name) => ({ name, content: Buffer.from(more[name] ?? `words of ${name}`) }));
      const { type, parts } = multipart(files, { paths: true, ...about });
      const body: Uint8Array[] = [];
      for await (const part of parts) body.push(part);
      const headers = { authorization: `Bearer ${server.token}`, 'content-type': type };
      const answer = await fetch(`${server.url}/api/v1/documents`, {
        method: 'POST',
        headers,
        body: Buffer.concat(body),
      });
      return { status: answer.status, json: await answer.json() };
    }

    it('goes nowhere but below the home, and replaces nothing of its own', async () => {
      const before = await home.kept();
      const hostile = [
        '../evil.md',
        'a/../../evil.md',
        '/tmp/evil.md',
        'C:/evil.md',
        'c:evil.md',
        'a\\..\\..\\evil.md',
        '.rag/evil.md',
        '.RAG/evil.md',
        'a/.rag/x',
        '.env',
        'rag.yaml',
        'Rag.YAML',
        'a/.ragignore',
        'a//b.md',
        'a/./b.md',
        './a.md',
        'a/',
        'nul.md',
        'a/COM1',
        'x\u0000.md',
        'x\n.md',
        'x\u0085.md',
        'a./b.md',
        'a /b.md',
        'node_modules/x.js',
        `${'长'.repeat(90)}.md`,
      ];
      for (const name of hostile) expect([name, (await upload(['good.md', name])).status]).toEqual([name, 400]);
      expect((await upload(['twice.md', 'twice.md'])).status).toBe(400);
      expect((await upload(['both', 'both/inner.md'])).status).toBe(400);
      expect(await home.kept()).toEqual(before);
      if (home.folder === undefined) return;
      const there = home.folder;
      const outside = mkdtempSync(join(tmpdir(), 'rag-outside-'));
      symlinkSync(outside, join(there, 'linked'));
      put(there, 'own/precious.md', 'never shown to rag');
      for (const name of ['linked/evil.md', 'linked', 'own/precious.md', 'own', 'own/precious.md/x.md'])
        expect([name, (await upload([name])).status]).toEqual([name, 409]);
      expect([readdirSync(outside), readFileSync(join(there, 'own/precious.md'), 'utf8')]).toEqual([
        [],
        'never shown to rag',
      ]);
      unlinkSync(join(there, 'linked'));
      rmSync(outside, { recursive: true });
    });

    it('keeps names, times and labels; bare names go to uploads/, and no two come out as one', async () => {
      const odd = "ein 'Name' (mit) *allem*, 100%.md";
      const made = await upload([`深/${odd}`], {
        collection: 'work',
        tags: { a: 'b' },
        mtimes: { [`深/${odd}`]: 1_500_000_000_123 },
      });
      expect(made.json).toMatchObject({ added: 1 });
      expect(Math.round(await home.mtime(`深/${odd}`))).toBe(1_500_000_000_123);
      const cwd = folder();
      const found = (
        await stack(cwd, 'search', 'words', '--until', '2018-01-01', '--tag', 'a=b', '--collection', 'work', '--json')
      ).json;
      expect(found.result.hits.map(({ source }: { source: string }) => source)).toEqual([`深/${odd}`]);
      await upload(['a:b.txt', 'a?b.txt', 'a_b.txt'], { paths: false });
      expect((await home.kept()).filter((path) => /^uploads\/a_b(-[0-9a-f]{8})?\.txt$/.test(path))).toHaveLength(3);
    });

    it('that breaks off leaves nothing', async () => {
      const before = await home.kept();
      const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'multipart/form-data; boundary=x' };
      const part = (name: string) =>
        `--x\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\nwords\r\n`;
      const about = '--x\r\ncontent-disposition: form-data; name="about"\r\n\r\n{"paths":true}\r\n';
      await new Promise<void>((closed) => {
        const sent = request(`${server.url}/api/v1/documents`, { method: 'POST', headers });
        sent.on('error', () => {}).on('close', closed);
        sent.write(about + part('whole.md') + part('half.md').slice(0, -4));
        setTimeout(() => sent.destroy(), 300);
      });
      await new Promise((soon) => setTimeout(soon, 500));
      expect(await home.kept()).toEqual(before);
      expect((await upload(['whole.md'])).json).toMatchObject({ added: 1 });
    });
  });
}
