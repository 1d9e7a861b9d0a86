import { createHmac, createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { strToU8, zipSync } from 'fflate';
import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, type Role, reaches } from '../../src/accounts/accounts.ts';
import type { Route } from '../../src/api/call.ts';
import { ROUTES } from '../../src/api/routes.ts';
import { sha256 } from '../../src/pipeline/digest.ts';
import { type AccountServer, accountServer, type CallOptions } from '../support/accounts.ts';
import { POSTGRES, QDRANT, withServices } from '../support/services.ts';
import { serving } from '../support/serving.ts';

const nameOf = ({ method, path }: Route) => `${method.toUpperCase()} ${path}`;

/** Words that stand nowhere but in the collection `pay`, and the terms they become. */
const SECRET = /zanzibar|quagga|salaries|pay\//i;
const TEA = '# Tea\n\nGreen tea is stored cold. The kettle boils.\n';
const PAY = '# Pay\n\nThe zanzibar bonus of the quagga is paid in May. Green numbers.\n';

/** Of something that is asked for by name: does it say the same of what others have as of what nobody has? */
interface Named {
  source: string;
  chunk: string;
  session: string;
  key: string;
}

/** How each route names things. `named`: what it is asked about; all of it lies elsewhere, or nowhere. */
const ASKED: Record<string, (named: Named) => { query?: Record<string, string>; body?: unknown } | 'nothing'> = {
  'POST /api/v1/search': () => ({ body: { text: 'zanzibar quagga bonus', explain: true, embedBudget: 0 } }),
  'POST /api/v1/query': () => ({ body: { text: 'When is the zanzibar bonus paid?', embedBudget: 0 } }),
  'POST /api/v1/chat': ({ session }) => ({ body: { text: 'zanzibar?', session, embedBudget: 0 } }),
  'GET /api/v1/chat': () => ({}),
  // A conversation of that name becomes the caller's own; whose the other one is, it does not touch.
  'POST /api/v1/chat/session': ({ session }) => ({ body: { id: session, turns: [] } }),
  'GET /api/v1/chat/stale': () => ({}),
  'GET /api/v1/chat/session': ({ session }) => ({ query: { id: session } }),
  'POST /api/v1/why': ({ source }) => ({ body: { text: 'zanzibar', doc: source } }),
  'GET /api/v1/documents': ({ source }) => ({ query: { in: source } }),
  'GET /api/v1/documents/text': ({ source }) => ({ query: { source } }),
  'GET /api/v1/documents/page': ({ source }) => ({ query: { source, page: '1' } }),
  'GET /api/v1/documents/file': ({ source }) => ({ query: { source } }),
  'DELETE /api/v1/documents': ({ source }) => ({ query: { source } }),
  'GET /api/v1/passages': ({ chunk }) => ({ query: { chunk } }),
  'GET /api/v1/files': () => ({}),
  'POST /api/v1/files/forget': ({ source }) => ({ body: { sources: [source] } }),
  'GET /api/v1/status': () => ({}),
  'POST /api/v1/verify': ({ source }) => ({
    body: { citations: [{ source, quote: 'zanzibar', sha256: sha256('zanzibar'), locator: { start: 12, end: 20 } }] },
  }),
  'GET /v1/models': () => ({}),
  'POST /v1/chat/completions': () => ({ body: { messages: [{ role: 'user', content: 'zanzibar bonus?' }] } }),
  'GET /api/v1/auth': () => ({}),
  'GET /api/v1/auth/me': () => ({}),
  'GET /api/v1/keys': () => ({}),
  'DELETE /api/v1/keys': ({ key }) => ({ query: { id: key } }),
  'GET /.well-known/jwks.json': () => ({}),
  // Which name nothing that anybody has.
  'POST /v1/embeddings': () => 'nothing',
  'POST /api/v1/auth/login': () => 'nothing',
  'POST /api/v1/auth/refresh': () => 'nothing',
  'POST /api/v1/auth/logout': () => 'nothing',
  'POST /api/v1/auth/password': () => 'nothing',
  'POST /api/v1/keys': () => 'nothing',
  'POST /api/v1/documents/url': () => ({ body: { url: 'http://127.0.0.1/' } }),
  // Tested below: what is written elsewhere is refused.
  'POST /api/v1/documents': () => 'nothing',
};

withServices([POSTGRES, QDRANT], (postgres, qdrant) => {
  let server: AccountServer;
  const bearers: Record<string, string> = {};
  const call = (method: string, path: string, options?: CallOptions) => server.call(method, path, options);
  const send = (
    route: Route,
    bearer: string | undefined,
    asked: { query?: Record<string, string>; body?: unknown },
  ) => {
    const query = asked.query ? `?${new URLSearchParams(asked.query)}` : '';
    return call(route.method.toUpperCase(), route.path + query, { bearer, body: asked.body });
  };

  async function upload(bearer: string | undefined, name: string, text: string | Uint8Array, about: object) {
    const form = new FormData();
    form.append('about', JSON.stringify({ paths: true, ...about }));
    form.append('file', new Blob([text as Uint8Array<ArrayBuffer>]), name);
    return call('POST', '/api/v1/documents', { bearer, body: form });
  }

  /** Users of each role that see everything, and of each that sees only the tea; a key of each. */
  beforeAll(async () => {
    server = await accountServer(postgres, qdrant, { MAX_FILE_SIZE: '20kb' });
    const admin = (await server.signIn(server.admin.name, server.admin.password)).access;
    bearers.admin = admin;
    for (const role of ['reader', 'editor'] as const)
      for (const collections of [null, ['tea']]) {
        const name = `${role}${collections === null ? '' : '-tea'}`;
        const body = { name, role, collections, password: `the password of ${name}` };
        expect((await call('POST', '/api/v1/users', { bearer: admin, body })).status).toBe(200);
        bearers[name] = (await server.signIn(name, body.password)).access;
      }
    for (const [name, bearer] of Object.entries({ ...bearers })) {
      const role = name.split('-')[0];
      const made = await call('POST', '/api/v1/keys', { bearer, body: { name: 'of a test', role } });
      bearers[`${name} (key)`] = made.json.secret;
    }
    expect((await upload(admin, 'tea/green.md', TEA, { collection: 'tea' })).json).toMatchObject({ added: 1 });
    expect((await upload(admin, 'pay/bonus.md', PAY, { collection: 'pay' })).json).toMatchObject({ added: 1 });
  });
  afterAll(() => server.stop());

  describe('who may call what', () => {
    it('is said by every route', () => {
      for (const route of ROUTES) expect([...ROLES, 'anyone'], nameOf(route)).toContain(route.needs);
      const open = ROUTES.filter(({ needs }) => needs === 'anyone').map(nameOf);
      // What needs nobody to have signed in is looked at by a person.
      expect(open.sort()).toEqual([
        'GET /.well-known/jwks.json',
        'GET /api/v1/auth',
        'POST /api/v1/auth/login',
        'POST /api/v1/auth/logout',
        'POST /api/v1/auth/refresh',
      ]);
      // What changes something is written down.
      const changes = ROUTES.filter(
        ({ needs, method }) => method !== 'get' && (needs === 'editor' || needs === 'admin'),
      );
      for (const route of changes) expect(route.audited, nameOf(route)).toBeDefined();
    });

    it('is nobody without a token: 401 for every route but the open ones', async () => {
      for (const route of [...ROUTES, { method: 'get', path: '/metrics', needs: 'admin' } as Route]) {
        const { status } = await send(route, undefined, route.method === 'get' ? {} : { body: {} });
        if (route.needs === 'anyone') expect([200, 400], nameOf(route)).toContain(status);
        else expect(status, nameOf(route)).toBe(401);
      }
      for (const path of ['/livez', '/readyz', '/docs', '/openapi.json', '/'])
        expect((await call('GET', path)).status, path).toBe(200);
    });

    it('is each role up to its own, signed in or by key', async () => {
      for (const [name, bearer] of Object.entries(bearers)) {
        const role = name.split(/[- ]/)[0] as Role;
        for (const route of ROUTES) {
          if (route.needs === 'anyone') continue;
          // An empty body or query: who may is told what is missing, and changes nothing.
          const { status } = await send(route, bearer, route.method === 'get' ? {} : { body: {} });
          if (!reaches(role, route.needs)) expect(status, `${name}: ${nameOf(route)}`).toBe(403);
          else if (nameOf(route) === 'POST /api/v1/eval') continue;
          else expect([200, 400, 422], `${name}: ${nameOf(route)}`).toContain(status);
        }
        const metrics = await call('GET', '/metrics', { bearer });
        expect(metrics.status, `${name}: metrics`).toBe(role === 'admin' ? 200 : 403);
      }
    });

    it('cannot be got around by how a path is written', async () => {
      const paths = [
        '/api/v1/users/',
        '/api/v1//users',
        '/API/v1/users',
        '/api/v1/users%2f',
        '/api/v1/%75sers',
        '/api/v1/users;x',
        '/api/v1/users%00',
        '/livez/../api/v1/users',
        '/assets/../api/v1/users',
        '/assets/..%2fapi%2fv1%2fusers',
        '//api/v1/users',
        '/.well-known/jwks.json/../../api/v1/users',
        '/?/../api/v1/users',
      ];
      for (const path of paths)
        for (const bearer of [undefined, bearers.reader]) {
          const { status, text } = await raw(
            `GET ${path} HTTP/1.1\r\n${bearer ? `authorization: Bearer ${bearer}\r\n` : ''}`,
          );
          expect(text, path).not.toContain('"users"');
          expect(status === 200 ? text.includes('<html') || text.includes('"keys"') : status >= 400, path).toBe(true);
        }
      for (const header of [
        'x-http-method-override: DELETE',
        'x-original-url: /api/v1/users',
        'x-rewrite-url: /api/v1/users',
      ])
        expect((await raw(`GET /api/v1/status HTTP/1.1\r\n${header}\r\n`)).status, header).toBe(401);
      for (const path of ['../up.md', '/etc/up.md', 'a/../../up.md', 'C:\\up.md', '.rag/rag.db', 'a/.rag/x'])
        expect((await upload(bearers.editor, path, 'x', {})).status, path).toBe(400);
    });
  });

  describe('tokens', () => {
    const me = async (bearer: string) => (await call('GET', '/api/v1/auth/me', { bearer })).status;
    const now = () => Math.floor(Date.now() / 1000);
    const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

    it('are refused when expired, forged, unsigned, signed with the public key, or meant for others', async () => {
      const good = bearers.reader!;
      const claims = decodeJwt(good);
      const header = decodeProtectedHeader(good) as { alg: string; kid: string; typ: string };
      const { createPrivateKey } = await import('node:crypto');
      const own = createPrivateKey(server.pem);
      const made = (change: JWTPayload, head: object = {}, key = own) =>
        new SignJWT({ ...claims, ...change }).setProtectedHeader({ ...header, ...head } as never).sign(key);
      // The same by our hand is good, so what follows is refused for what it says.
      expect(await me(await made({}))).toBe(200);
      const [, payload, signature] = good.split('.') as [string, string, string];
      const admin = decodeJwt(bearers.admin!);
      const open = createPublicKey(own).export({ type: 'spki', format: 'pem' }).toString();
      const hmac = (secret: string) => {
        const text = `${base64({ ...header, alg: 'HS256' })}.${payload}`;
        return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
      };
      const stranger = generateKeyPairSync('ed25519').privateKey;
      const jwk = createPublicKey(stranger).export({ format: 'jwk' });
      const bad: Record<string, string> = {
        expired: await made({ iat: now() - 7200, exp: now() - 3600 }),
        'without an end': await made({ exp: undefined } as never),
        'not yet good': await made({ nbf: now() + 3600 }),
        forged: await made({}, {}, stranger),
        'forged with its key in the header': await made({}, { jwk }, stranger),
        'of a key that is not there': await made({}, { kid: 'other' }),
        'without a key id': await made({}, { kid: undefined }),
        'another audience': await made({ aud: 'elsewhere' }),
        'another issuer': await made({ iss: 'elsewhere' }),
        'another kind of token': await made({}, { typ: 'JWT' }),
        'of a user in the session of another': await made({ sub: admin.sub! }),
        'of a session that is not there': await made({ sid: randomUUID() }),
        'of a session that is none': await made({ sid: "' OR true --" }),
        'changed payload': `${base64(header)}.${base64({ ...claims, sub: admin.sub, sid: admin.sid })}.${signature}`,
        'alg none': `${base64({ ...header, alg: 'none' })}.${payload}.`,
        'alg None': `${base64({ ...header, alg: 'None' })}.${payload}.${signature}`,
        'no signature': `${base64(header)}.${payload}.`,
        'HS256 with the public key (PEM)': hmac(open),
        'HS256 with the public key (x)': hmac((createPublicKey(own).export({ format: 'jwk' }) as { x: string }).x),
        'HS256 with nothing': hmac(''),
        'a refresh token': (await server.signIn('reader', 'the password of reader')).refresh,
        'half a key': bearers['reader (key)']!.slice(0, -1),
        'a key in other letters': bearers['reader (key)']!.toUpperCase(),
        nothing: ' ',
      };
      for (const [what, token] of Object.entries(bad)) expect(await me(token), what).toBe(401);
      expect((await call('GET', `/api/v1/auth/me?access_token=${good}`)).status).toBe(401);
      expect((await call('GET', '/api/v1/auth/me', { headers: { authorization: `Basic ${good}` } })).status).toBe(401);
    });
  });

  describe('what others have', () => {
    let elsewhere: Named;
    const nowhere: Named = {
      source: 'pax/bonus.md',
      chunk: `${'0'.repeat(64)}:0`,
      session: '20200101-000000-nosuch',
      key: randomUUID(),
    };
    beforeAll(async () => {
      const search = await call('POST', '/api/v1/search', { bearer: bearers.admin, body: { text: 'zanzibar quagga' } });
      const chat = await call('POST', '/api/v1/chat', {
        bearer: bearers.reader,
        body: { text: 'When is the bonus paid?' },
      });
      const keys = await call('GET', '/api/v1/keys', { bearer: bearers.reader });
      elsewhere = {
        ...{ source: 'pay/bonus.md', chunk: search.json.hits[0].chunk },
        ...{ session: chat.json.session, key: keys.json.keys[0].id },
      };
      expect(search.json.hits[0].source).toBe('pay/bonus.md');
    });

    it('is asked about through every route that a reader or editor may call', () => {
      const may = ROUTES.filter(({ needs }) => needs !== 'admin').map(nameOf);
      expect(Object.keys(ASKED).sort()).toEqual(may.sort());
    });

    it('is nowhere to be seen, and answered like what is not there', async () => {
      for (const name of ['reader-tea', 'reader-tea (key)', 'editor-tea', 'editor-tea (key)'])
        for (const route of ROUTES) {
          const asked = ASKED[nameOf(route)];
          if (asked === undefined || !reaches(name.split('-')[0] as Role, route.needs as Role)) continue;
          const question = asked(elsewhere);
          const other = asked(nowhere);
          if (question === 'nothing' || other === 'nothing') continue;
          const about = `${name}: ${nameOf(route)}`;
          const [theirs, nothing] = [
            await send(route, bearers[name], question),
            await send(route, bearers[name], other),
          ];
          expect(theirs.status, about).toBe(nothing.status);
          // What the caller said themselves is not told to them by us.
          const known = (text: string, { source, chunk, session, key }: Named) =>
            [source, chunk, session, key].reduce((left, one) => left.replaceAll(one, '…'), text);
          expect(timeless(known(theirs.text, elsewhere)), about).toEqual(timeless(known(nothing.text, nowhere)));
          const said = JSON.stringify(question);
          for (const [word] of known(theirs.text, elsewhere).matchAll(new RegExp(SECRET, 'gi')))
            expect(said.toLowerCase(), `${about}: ${word} in ${theirs.text}`).toContain(word.toLowerCase());
        }
    });

    it('adds nothing to counts, lists, vocabulary or what words are worth', async () => {
      const tea = (path: string, body?: unknown) =>
        call(body ? 'POST' : 'GET', path, { bearer: bearers['reader-tea'], ...(body ? { body } : {}) });
      const measure = async () => {
        const search = async (text: string) =>
          (await tea('/api/v1/search', { text, explain: true, embedBudget: 0 })).json;
        const found = await Promise.all(
          ['green tea', 'zanz*', 'zanzibar -green', '"green numbers"', 'title:pay'].map(search),
        );
        return timeless(
          JSON.stringify([
            found,
            ...(await Promise.all(
              ['status', 'documents', 'files'].map(async (one) => (await tea(`/api/v1/${one}`)).json),
            )),
          ]),
        );
      };
      const before = await measure();
      expect(JSON.stringify(before)).not.toMatch(/pay\/|quagga/);
      const more = { collection: 'pay' };
      await upload(
        bearers.admin,
        'pay/second.md',
        '# More pay\n\nGreen tea zanzibar zanzibarian, tea, green, cold.\n',
        more,
      );
      await upload(bearers.admin, 'pay/broken.pdf', 'no pdf', more);
      expect(await measure()).toEqual(before);
    });

    it('is written to by nobody else', async () => {
      const editor = bearers['editor-tea'];
      expect((await upload(editor, 'x.md', '# x\n', { collection: 'pay' })).status).toBe(403);
      const mine = await upload(editor, 'tea/black.md', '# Black\n\nBlack tea.\n', {});
      expect(mine.json).toMatchObject({ added: 1 });
      const list = await call('GET', '/api/v1/documents?in=tea/black.md', { bearer: bearers.admin });
      expect(list.json.documents).toMatchObject([{ collection: 'tea' }]);
      const zip = zipSync({ 'note.md': strToU8('# Old pay\n\nThe quagga was paid in April.\n') });
      expect((await upload(bearers.admin, 'pay/old.zip', zip, { collection: 'pay' })).json).toMatchObject({ added: 1 });
      // A name that others have is answered like one that nobody has, be it of a document, of an archive or of what could not be read.
      const answered = async (name: string) => {
        const { status, text } = await upload(editor, name, '# Mine\n\nThis is mine now.\n', {});
        return { status, text: JSON.stringify(timeless(text)).replaceAll(name, '…') };
      };
      const nobody = await answered('pax/bonus.md');
      expect(nobody.status).toBe(200);
      for (const name of ['pay/bonus.md', 'pay/old.md', 'pay/second.md'])
        expect(await answered(name), name).toEqual(nobody);
      for (const name of ['pay/old.zip', 'pay/broken.pdf'])
        expect((await answered(name)).text, name).toEqual((await answered(name.replace('pay', 'pax'))).text);
      const own = await call('GET', '/api/v1/documents?in=pay', { bearer: editor });
      expect(own.json.documents.map((one: { source: string }) => one.source)).toEqual([
        ...['bonus.md', 'broken.pdf', 'old.md', 'old.zip', 'second.md'].map((name) => `tea:/pay/${name}`),
      ]);
      // The same words as somebody else's are no news of them: their vectors are there already.
      const texts = ['# Pay\n\nGreen numbers, said by nobody.\n', PAY];
      const embedded = texts.map(async (text, i) => (await upload(editor, `guess-${i}.md`, text, {})).json.embedded);
      expect(new Set(await Promise.all(embedded)).size).toBe(1);
      for (const source of ['pay/bonus.md', 'pay/old.zip!/note.md', 'nowhere.md']) {
        expect((await call('DELETE', `/api/v1/documents?source=${source}`, { bearer: editor })).status, source).toBe(
          404,
        );
        const forgotten = await call('POST', '/api/v1/files/forget', { bearer: editor, body: { sources: [source] } });
        expect(forgotten.json, source).toEqual({ removed: [] });
      }
      const file = await call('GET', '/api/v1/documents/file?source=pay/bonus.md', { bearer: bearers.admin });
      expect([file.status, file.text]).toEqual([200, PAY]);
      const text = await call('GET', '/api/v1/documents/text?source=pay/bonus.md', { bearer: bearers.admin });
      expect(text.json.text).toContain('zanzibar');
      expect((await upload(bearers['reader-tea'], 'y.md', '# y\n', {})).status).toBe(403);
    });

    it('is not in what others may do with keys, and every refusal is written down', async () => {
      const make = (body: object) => call('POST', '/api/v1/keys', { bearer: bearers['editor-tea'], body });
      expect((await make({ name: 'k', role: 'admin' })).status).toBe(403);
      expect((await make({ name: 'k', collections: ['pay'] })).status).toBe(403);
      const byKey = await call('POST', '/api/v1/keys', { bearer: bearers['editor-tea (key)'], body: { name: 'k' } });
      expect(byKey.status).toBe(403);
      const whole = await make({ name: 'k', role: 'editor', collections: null });
      const found = await call('GET', '/api/v1/status', { bearer: whole.json.secret });
      const own = await call('GET', '/api/v1/status', { bearer: bearers['editor-tea'] });
      expect(found.json).toEqual(own.json);
      const { json } = await call('GET', '/api/v1/audit?limit=1000', { bearer: bearers.admin });
      const lines = json.entries.map(({ who, action, result }: Record<string, string>) => `${who} ${action} ${result}`);
      expect(lines).toContain('reader user.add forbidden');
      expect(lines).toContain('editor-tea documents.upload forbidden');
      expect(JSON.stringify(json)).not.toMatch(/zanzibar|the password of/);
    });
  });

  describe('rough handling', () => {
    it('refuses a body of 50 GB by its header, at every route that takes one', async () => {
      for (const route of ROUTES.filter(({ method }) => ['post', 'put', 'patch'].includes(method))) {
        const path = route.path.replace('{sha256}', `${'0'.repeat(64)}?source=x&bytes=5`);
        const { text, status } = await raw(
          `${route.method.toUpperCase()} ${path} HTTP/1.1\r\nauthorization: Bearer ${bearers.admin}\r\n` +
            `content-length: ${50 * 2 ** 30}\r\ncontent-type: multipart/form-data; boundary=x\r\n`,
        );
        expect(status, `${nameOf(route)}: ${text}`).toBe(413);
      }
      const nobody = await raw(`POST /api/v1/documents HTTP/1.1\r\ncontent-length: ${50 * 2 ** 30}\r\n`);
      expect(nobody.status).toBe(401);
      const lying = await upload(bearers.editor, 'big.md', 'x'.repeat(30_000), {});
      expect(lying.status).toBe(413);
    });

    it('fetches from nowhere unless told to, and then nothing from its own network', async () => {
      const fetched = (url: string, at = server.url) =>
        fetch(`${at}/api/v1/documents/url`, {
          ...{ method: 'POST', headers: { authorization: `Bearer ${bearers.editor}` }, body: JSON.stringify({ url }) },
        }).then(async (answer) => [
          answer.status,
          ((await answer.json()) as { error: { message: string } }).error.message,
        ]);
      expect(await fetched('https://example.org/')).toEqual([403, 'this server takes nothing from other addresses']);
      const on = await serving(server.cwd, { ...server.env, URL_INGEST: 'on' });
      const { port } = new URL(on.url);
      for (const host of [
        '127.0.0.1',
        'localhost',
        '[::1]',
        '169.254.169.254',
        '10.0.0.1',
        '2130706433',
        'nosuch.invalid',
      ])
        expect(await fetched(`http://${host}/`, on.url), host).toEqual([
          403,
          expect.stringContaining('no public address'),
        ]);
      for (const url of [`http://127.0.0.1:${port}/`, 'file:///etc/passwd', 'http://a:b@example.org/', 'no address'])
        expect((await fetched(url, on.url))[0], url).toBe(400);
      await on.stop();
    });

    it('waits for no slow client, while others are answered', { timeout: 90_000 }, async () => {
      const head = `POST /api/v1/search HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${bearers.reader}\r\ncontent-length: 1000\r\n`;
      const upload = `POST /api/v1/documents HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${bearers.editor}\r\ncontent-length: 100000\r\ncontent-type: multipart/form-data; boundary=x\r\n\r\n--x\r\ncontent-disposition: form-data; name="file"; filename="s.md"\r\n\r\nslow`;
      const slow = Promise.all([
        ...Array.from({ length: 100 }, () => raw('GET / HTTP/1.1\r\nx-one: 1\r\n', { drip: 'x-more: 1\r\n' })),
        raw(`${head}\r\n{`, { drip: ' ' }),
        raw(upload, { drip: '' }),
      ]);
      await new Promise((wait) => setTimeout(wait, 3000));
      for (let i = 0; i < 20; i++)
        expect((await call('GET', '/api/v1/status', { bearer: bearers.reader })).status).toBe(200);
      for (const { status } of await slow) expect(status).toBe(408);
    });

    it('takes nothing that is no request for one', async () => {
      for (const text of [
        'GET / HTTP/9.9\r\n',
        `GET /api/v1/status HTTP/1.1\r\nx: ${'y'.repeat(100_000)}\r\n`,
        'nonsense\r\n',
      ])
        expect((await raw(text)).status).toBeGreaterThanOrEqual(400);
      const two = `POST /api/v1/search HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n`;
      expect((await raw(two)).status).toBe(400);
      const lies = { bearer: bearers.reader, headers: { host: 'evil.example', origin: 'http://evil.example' } };
      expect((await call('GET', '/api/v1/status', { ...lies, headers: { origin: lies.headers.origin } })).status).toBe(
        403,
      );
    });
  });

  /** Bytes as they are. What is given is the beginning of a head unless it has ended; `drip`: what is added each second. */
  function raw(text: string, { drip }: { drip?: string } = {}): Promise<{ status: number; text: string }> {
    const { hostname, port } = new URL(server.url);
    return new Promise((done) => {
      const socket = connect(Number(port), hostname);
      let got = '';
      const ended = text.includes('\r\n\r\n') || drip !== undefined;
      socket.write(ended ? text : `${text}host: ${hostname}\r\nconnection: close\r\n\r\n`);
      const clock = drip === undefined ? undefined : setInterval(() => socket.write(drip), 1000);
      const end = () => {
        clearInterval(clock);
        socket.destroy();
        done({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(got)?.[1] ?? 0), text: got });
      };
      socket.setEncoding('utf8').on('data', (part) => {
        got += part;
        if (/\r\n\r\n/.test(got) && (drip !== undefined || /content-length: 5368/.test(text))) end();
      });
      socket.on('error', end).on('close', end);
    });
  }
});

/** Without what is another at each time. */
function timeless(text: string): unknown {
  try {
    return JSON.parse(text, (name, value) =>
      ['seconds', 'at', 'ingested', 'id', 'created', 'session', 'started'].includes(name) ? undefined : value,
    );
  } catch {
    return text;
  }
}
