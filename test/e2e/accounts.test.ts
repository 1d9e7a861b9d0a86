import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountServer, accountServer, newPem } from '../support/accounts.ts';
import { emptyDatabase } from '../support/postgres.ts';
import { folder, rag } from '../support/rag.ts';
import { POSTGRES, QDRANT, withServices } from '../support/services.ts';
import { serving } from '../support/serving.ts';

withServices([POSTGRES, QDRANT], (postgres, qdrant) => {
  let server: AccountServer;
  let access: string;
  beforeAll(async () => {
    server = await accountServer(postgres, qdrant);
    ({ access } = await server.signIn(server.admin.name, server.admin.password));
  });
  afterAll(() => server.stop());

  const onServer = (stdin: string, ...argv: string[]) => rag({ cwd: server.cwd, env: server.env, stdin }, ...argv);
  const as = (key: string) => ({ RAG_HOME: 'stack', RAG_API_URL: server.url, RAG_API_KEY: key });
  const stack = (stdin: string, ...argv: string[]) => rag({ cwd: server.cwd, env: as(access), stdin }, ...argv);

  describe('rag user, key and audit', () => {
    it('makes and changes users over HTTP and in the database, with passwords from stdin and files', async () => {
      const cwd = folder({ 'word.txt': 'a password from a file\n' });
      const added = await stack('mei has a long one', 'user', 'add', 'mei', '--role', 'editor', '--json');
      expect(added.json.result.user).toMatchObject({ name: 'mei', role: 'editor', collections: null, disabled: false });
      const file = ['--password-file', join(cwd, 'word.txt')];
      const jo = await stack('', 'user', 'add', 'jo', '--collection', 'tea', '--collection', 'faq', ...file);
      expect(jo).toMatchObject({ code: 0, out: 'jo  reader  tea, faq\n' });
      expect((await server.signIn('jo', 'a password from a file')).access).toMatch(/^ey/);
      expect((await stack('x', 'user', 'add', 'kim')).err).toContain('at least 12 characters');
      expect(await stack('long enough for it', 'user', 'add', 'mei')).toMatchObject({ code: 10 });
      expect((await stack('long enough for it', 'user', 'add', '../kim')).code).toBe(2);
      const users = (await onServer('', 'user', 'list', '--json')).json.result.users;
      expect(users.map(({ name }: { name: string }) => name)).toEqual(['jo', 'mei', 'root']);
      expect(JSON.stringify(users)).not.toContain('argon2');
      expect((await stack('', 'user', 'change', 'jo', '--all-collections', '--role', 'editor')).out).toContain(
        'editor  all collections',
      );
      const limited = await stack('', 'user', 'change', 'jo', '--role', 'admin', '--collection', 'tea');
      expect([limited.code, limited.err]).toEqual([2, expect.stringContaining('an admin sees all collections')]);
      expect((await onServer('', 'user', 'disable', 'root')).err).toContain('the last admin');
      expect((await onServer('', 'user', 'change', 'root', '--role', 'reader')).code).toBe(10);
      expect((await stack('', 'user', 'passwd', 'nobody')).code).toBe(2);
      expect((await onServer('the next long password', 'user', 'passwd', 'nobody')).code).toBe(6);
    });

    it('lets a locked-out admin in again, from the server alone', async () => {
      const before = await server.signIn('mei', 'mei has a long one');
      expect((await onServer('entirely another one\n', 'user', 'passwd', 'mei', '--lang', 'zh')).out).toContain(
        '所有集合',
      );
      await expect(server.signIn('mei', 'mei has a long one')).rejects.toThrow('wrong name or password');
      await server.signIn('mei', 'entirely another one');
      const refreshed = await server.call('POST', '/api/v1/auth/refresh', { body: { refresh: before.refresh } });
      expect(refreshed.status).toBe(401);
    });

    it('signs in with a password once, and keeps a key for this machine', async () => {
      const home = folder();
      const wrong = await rag(
        { cwd: home, stdin: 'not it at all' },
        'login',
        server.url,
        '--user',
        'mei',
        '--lang',
        'zh',
      );
      expect([wrong.code, wrong.err]).toEqual([11, expect.stringContaining('用户名或密码错误')]);
      const login = await rag({ cwd: home, stdin: 'entirely another one\n' }, 'login', server.url, '--user', 'mei');
      expect([login.code, login.err]).toEqual([0, '']);
      const kept = readFileSync(join(home, '.config/rag/login.json'), 'utf8');
      expect(JSON.parse(kept)).toEqual({ url: server.url, key: expect.stringMatching(/^rag_[\w-]{43}$/) });
      expect(kept).not.toContain('another one');
      expect((await rag({ cwd: home, env: { RAG_HOME: 'stack' } }, 'status', '--json')).json.result.documents).toBe(0);
      const mine = await rag({ cwd: home, env: { RAG_HOME: 'stack' } }, 'key', 'list', '--json');
      expect(mine.json.result.keys).toMatchObject([{ user: 'mei', role: 'editor', revoked: false }]);
      // An editor is no admin, whatever machine they sit at.
      expect((await rag({ cwd: home, env: { RAG_HOME: 'stack' } }, 'user', 'list')).code).toBe(12);
    });

    it('makes keys that may less than their owner, shows them once, and revokes them within seconds', async () => {
      const wish = ['key', 'create', 'wiki', '--user', 'mei', '--collection', 'tea', '--days', '30', '--json'];
      const made = await stack('entirely another one', ...wish);
      expect([made.code, made.err]).toEqual([0, '']);
      const { secret, key } = made.json.result;
      expect(key).toMatchObject({ name: 'wiki', user: 'mei', role: 'reader', collections: ['tea'] });
      const days = (Date.parse(key.expires) - Date.now()) / 86_400_000;
      expect([days > 29.9, days < 30.1]).toEqual([true, true]);
      const me = await server.call('GET', '/api/v1/auth/me', { bearer: secret });
      expect(me.json).toEqual({ name: 'mei', role: 'reader', collections: ['tea'], key: 'wiki', accounts: true });
      expect((await stack('', 'key', 'list')).out).not.toContain(secret);
      const beyond = await stack('entirely another one', 'key', 'create', 'x', '--user', 'mei', '--role', 'admin');
      expect(beyond.code).toBe(12);
      const direct = await onServer('', 'key', 'create', 'nightly', '--user', 'mei', '--forever');
      expect((await server.call('GET', '/api/v1/status', { bearer: direct.out.trim() })).status).toBe(200);
      expect((await stack('', 'key', 'revoke', key.id)).out).toContain('wiki: revoked');
      expect((await server.call('GET', '/api/v1/auth/me', { bearer: secret })).status).toBe(401);
      expect((await stack('', 'key', 'revoke', 'none')).code).toBe(6);
    });

    it('lets an editor of one collection use the verbs as if it were the home', async () => {
      const home = folder({
        'docs/tea.md': '# Tea\n\nGreen tea is stored cold.\n',
        'docs/pot.md': '# Pot\n\nA pot.\n',
        'docs/bad.pdf': '%PDF-1.7 no more',
      });
      const theirs = folder({
        'pay.md': '# Pay\n\nGreen salaries are paid in May.\n',
        'docs/tea.md': '# Tea\n\nGreen tea is for directors.\n',
        'tea:/pot.md': '# A folder of this name\n',
      });
      const all = await rag({ cwd: theirs, env: as(access) }, 'ingest', 'pay.md', '--collection', 'pay', '--json');
      expect([all.code, all.json.result.added]).toEqual([0, 1]);
      const word = 'only for the tea of it';
      await stack(word, 'user', 'add', 'tee', '--role', 'editor', '--collection', 'tea');
      expect((await rag({ cwd: home, stdin: word }, 'login', server.url, '--user', 'tee')).code).toBe(0);
      const tee = (...argv: string[]) => rag({ cwd: home, env: { RAG_HOME: 'stack' } }, ...argv, '--json');
      const counts = async () => {
        const { added, unchanged, failed, removed, files } = (await tee('ingest', 'docs')).json.result;
        return [{ added, unchanged, failed, removed }, files.map(({ source }: { source: string }) => source)];
      };
      const named = (...names: string[]) => names.map((name) => `tea:/docs/${name}`);
      expect(await counts()).toEqual([{ added: 2, unchanged: 0, failed: 1, removed: 0 }, named('bad.pdf')]);
      // What could not be read is known, too: it is not sent again.
      const sent = async () => {
        const { json } = await server.call('GET', '/api/v1/audit?limit=1000', { bearer: access });
        return json.entries.filter(({ action }: { action: string }) => action === 'documents.upload').length;
      };
      const before = await sent();
      expect(await counts()).toEqual([{ added: 0, unchanged: 2, failed: 1, removed: 0 }, named('bad.pdf')]);
      expect(await sent()).toBe(before);
      // Of a folder with the same names, sent by somebody who sees all, neither side is in the way of the other.
      const both = await rag({ cwd: theirs, env: as(access) }, 'ingest', '.', '--collection', 'pay', '--json');
      expect(both.json.result).toMatchObject({ added: 1, unchanged: 1, removed: 0, skipped: 1 });
      rmSync(join(home, 'docs/pot.md'));
      rmSync(join(home, 'docs/bad.pdf'));
      expect(await counts()).toEqual([{ added: 0, unchanged: 1, failed: 0, removed: 1 }, []]);
      expect((await tee('list')).json.result.unread).toEqual([]);
      const found = (await tee('search', 'green', '-k', '5')).json.result;
      expect([found.hits.map(({ source }: { source: string }) => source), found.coverage.chunks]).toEqual([
        ['tea:/docs/tea.md'],
        1,
      ]);
      expect((await tee('list')).json.result.documents).toMatchObject([
        { source: 'tea:/docs/tea.md', collection: 'tea' },
      ]);
      expect((await tee('show', 'pay.md')).code).toBe(6);
      expect((await tee('rm', 'pay.md')).code).toBe(6);
      expect((await tee('rm', 'docs/tea.md')).json.result).toEqual({ removed: ['tea:/docs/tea.md'] });
      const left = await server.call('GET', '/api/v1/documents?in=tea.md', { bearer: access });
      expect(left.json.documents).toMatchObject([{ source: 'docs/tea.md', collection: 'pay' }]);
    });

    it('writes down who did what, and nothing secret; nobody changes a line', async () => {
      const { out } = await stack('', 'audit', '--limit', '1000');
      for (const line of [
        /root {2}user\.add {2}jo/,
        /mei {2}auth\.login.*ok/,
        /\(on the server\) {2}user\.change {2}mei: password/,
      ])
        expect(out).toMatch(line);
      const kept = [out, server.serving.log()].join('\n');
      for (const secret of ['correct horse', 'entirely another', 'rag_', access]) expect(kept).not.toContain(secret);
      await server.call('POST', '/api/v1/auth/login', { body: { name: 'my password typed here', password: 'x' } });
      const { out: after } = await stack('', 'audit');
      expect(after).toContain('(unknown)');
      expect(after).not.toContain('typed here');
      const client = new pg.Client({ connectionString: server.env.DATABASE_URL! });
      await client.connect();
      for (const sql of [`UPDATE audit SET who = 'x'`, 'DELETE FROM audit', 'TRUNCATE audit'])
        await expect(client.query(sql)).rejects.toThrow('only added to');
      await client.end();
    });

    it('makes the first admin with the database, once, and says who is missing', { timeout: 120_000 }, async () => {
      const name = `rag_first_${randomBytes(6).toString('hex')}`;
      const database = await emptyDatabase(postgres, name);
      const { JWT_SECRET_KEY, ...rest } = server.env;
      const env = { ...rest, DATABASE_URL: database.url, QDRANT_COLLECTION: name };
      const cwd = folder();
      const migrate = (more: Record<string, string>, ...argv: string[]) =>
        rag({ cwd, env: { ...env, ...more } }, 'migrate', 'database', '--yes', ...argv);
      expect((await migrate({})).code).toBe(0);
      expect((await rag({ cwd, env }, 'user', 'list', '--json')).json.result.users).toEqual([]);
      const alone = await serving(cwd, env);
      await expect.poll(() => alone.log()).toContain('no user yet');
      await alone.stop();
      const short = await migrate({ ADMIN_PASSWORD: 'short' });
      expect([short.code, short.err]).toEqual([2, expect.stringContaining('at least 12')]);
      const first = { ADMIN_USER: 'chief', ADMIN_PASSWORD: 'made by a machine' };
      expect((await migrate(first, '--plan')).out).toMatch(/first admin.*chief/);
      const both = await Promise.all([migrate(first), migrate({ ...first, ADMIN_USER: 'other' })]);
      expect(both.map(({ code }) => code)).toEqual([0, 0]);
      expect((await migrate({ ...first, ADMIN_PASSWORD: 'another by a machine' })).code).toBe(0);
      const { users } = (await rag({ cwd, env }, 'user', 'list', '--json')).json.result;
      expect(users).toMatchObject([{ role: 'admin', collections: null }]);
      const up = await serving(cwd, { ...env, JWT_SECRET_KEY: JWT_SECRET_KEY! });
      const body = JSON.stringify({ name: users[0].name, password: 'made by a machine' });
      expect((await fetch(`${up.url}/api/v1/auth/login`, { method: 'POST', body })).status).toBe(200);
      await up.stop();
      await database.drop();
      await fetch(`${qdrant}/collections/${name}`, { method: 'DELETE' });
    });

    it('says where accounts are, and where not', async () => {
      const local = await rag({ cwd: folder() }, 'user', 'list');
      expect([local.code, local.err]).toEqual([2, expect.stringContaining('belong to the server home')]);
    });
  });

  describe('sessions', () => {
    it('renews once with each refresh token; one that comes again ends the session', async () => {
      const first = await server.signIn('root', server.admin.password);
      const renew = (refresh: string) => server.call('POST', '/api/v1/auth/refresh', { body: { refresh } });
      const second = await renew(first.refresh);
      expect(second.status).toBe(200);
      expect(second.headers.get('cache-control')).toBe('no-store');
      const me = () => server.call('GET', '/api/v1/auth/me', { bearer: second.json.access });
      expect((await me()).json.name).toBe('root');
      expect((await renew(first.refresh)).status).toBe(401);
      expect((await renew(second.json.refresh)).status).toBe(401);
      expect((await me()).status).toBe(401);
      expect((await stack('', 'audit', '--limit', '3')).out).toContain('used again: session ended');
    });

    it('lets only one of two who come with the same token at once', async () => {
      const { refresh } = await server.signIn('root', server.admin.password);
      const renew = () => server.call('POST', '/api/v1/auth/refresh', { body: { refresh } });
      const statuses = (await Promise.all(Array.from({ length: 8 }, renew))).map(({ status }) => status);
      expect(statuses.sort()).toEqual([200, ...Array(7).fill(401)]);
    });

    it('ends with signing out, with a new password, and in seconds when the user is disabled', async () => {
      const { access, refresh } = await server.signIn('root', server.admin.password);
      await server.call('POST', '/api/v1/auth/logout', { body: { refresh } });
      expect((await server.call('GET', '/api/v1/auth/me', { bearer: access })).status).toBe(401);
      await stack('somebody for a while', 'user', 'add', 'guest', '--role', 'editor');
      const guest = await server.signIn('guest', 'somebody for a while');
      const change = { current: 'somebody for a while', password: 'and another for longer' };
      const ask = (bearer: string) => server.call('GET', '/api/v1/auth/me', { bearer });
      const wrong = await server.call('POST', '/api/v1/auth/password', {
        ...{ bearer: guest.access, body: { ...change, current: 'no' } },
      });
      expect(wrong.status).toBe(401);
      const changed = await server.call('POST', '/api/v1/auth/password', { bearer: guest.access, body: change });
      expect([changed.status, (await ask(guest.access)).status]).toEqual([200, 401]);
      const again = await server.signIn('guest', 'and another for longer');
      const key = await server.call('POST', '/api/v1/keys', { bearer: again.access, body: { name: 'k' } });
      expect((await ask(key.json.secret)).status).toBe(200);
      // By another process: the server that knows them hears of it from the database.
      await onServer('', 'user', 'disable', 'guest');
      await expect.poll(async () => (await ask(again.access)).status, { timeout: 5000 }).toBe(401);
      await expect.poll(async () => (await ask(key.json.secret)).status, { timeout: 5000 }).toBe(401);
      await expect(server.signIn('guest', 'and another for longer')).rejects.toThrow('wrong name or password');
      await onServer('', 'user', 'enable', 'guest');
      await server.signIn('guest', 'and another for longer');
    });

    it('sends away who tries too often: a name from one address, and an address with many names', async () => {
      const from = (address: string, name: string) =>
        server.call('POST', '/api/v1/auth/login', {
          ...{ body: { name, password: 'wrong' }, headers: { 'x-forwarded-for': address } },
        });
      const statuses: number[] = [];
      for (let i = 0; i < 12; i++) statuses.push((await from('10.9.9.9', 'root')).status);
      expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
      // What a client claims to be forwarded for counts for nothing; somebody else may still sign in.
      expect((await from('10.7.7.7, 10.9.9.9', 'root')).status).toBe(429);
      await server.signIn('root', server.admin.password);
      const many = [];
      for (let i = 0; i < 55; i++) many.push((await from('10.8.8.8', `nobody${i}`)).status);
      expect(many.filter((status) => status === 429).length).toBe(5);
    });
  });

  it('rotates the signing key: the next one signs, the one before is still good, one that is gone is not', async () => {
    const { call, signIn, pem, cwd, env } = server;
    const { access: before } = await signIn('root', server.admin.password);
    const kids = async (url: string): Promise<string[]> => {
      const { keys } = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as {
        keys: { kid: string; d?: string }[];
      };
      expect(keys.every(({ d }) => d === undefined)).toBe(true);
      return keys.map(({ kid }) => kid);
    };
    const [old] = await kids(server.url);
    const next = newPem();
    const rotated = await serving(cwd, { ...env, JWT_SECRET_KEY: `${next}\n${pem}` });
    const me = (url: string, bearer: string) =>
      fetch(`${url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${bearer}` } }).then(({ status }) => status);
    const ring = await kids(rotated.url);
    expect([ring.length, ring[1], await me(rotated.url, before)]).toEqual([2, old, 200]);
    const headers = { 'x-forwarded-for': '10.3.3.3' };
    const body = JSON.stringify({ name: 'root', password: server.admin.password });
    const fresh = (await (
      await fetch(`${rotated.url}/api/v1/auth/login`, { method: 'POST', headers, body })
    ).json()) as {
      access: string;
    };
    const header = JSON.parse(Buffer.from(fresh.access.split('.')[0]!, 'base64url').toString());
    expect(header).toEqual({ alg: 'EdDSA', kid: ring[0], typ: 'at+jwt' });
    expect((await call('GET', '/api/v1/auth/me', { bearer: fresh.access })).status).toBe(401);
    await rotated.stop();
    const withoutOld = await serving(cwd, { ...env, JWT_SECRET_KEY: next });
    expect([await me(withoutOld.url, before), await me(withoutOld.url, fresh.access)]).toEqual([401, 200]);
    await withoutOld.stop();
  });
});
