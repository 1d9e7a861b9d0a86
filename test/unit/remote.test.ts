import {
  createServer as createPlain,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecure } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uploadProblem } from '../../src/pipeline/uploadname.ts';
import { isPublic } from '../../src/remote/address.ts';
import { type FetchOptions, fetchPublic } from '../../src/remote/fetch.ts';
import { sourceOf } from '../../src/remote/name.ts';
import { certified } from '../support/certified.ts';

const PRIVATE = [
  ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '0.1.2.3', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...['169.254.169.254', '100.64.0.1', '100.100.100.200', '192.0.0.192', '192.0.2.1', '198.18.0.1', '198.51.100.1'],
  ...['203.0.113.1', '224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255'],
  ...[
    '::',
    '::1',
    '::7f00:1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
  ],
  ...['64:ff9b:1::a00:1', '2002:7f00:1::', '2001::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1'],
  ...['ff02::1', '100::1', '2001:db8::1', '4000::1', 'localhost', '', '127.1', '0x7f000001', '8.8.8.8 '],
];

describe('public addresses', () => {
  it('are those of the internet, in whatever form they are written', () => {
    expect(PRIVATE.filter(isPublic)).toEqual([]);
    const open = ['8.8.8.8', '93.184.216.34', '1.1.1.1', '2606:4700::1111', '2a00:1450:4001::1', '::ffff:8.8.8.8'];
    expect(open.filter((one) => !isPublic(one))).toEqual([]);
  });
});

describe('the name of what came from an address', () => {
  it('is a path below web, the same for the same, and another for another', () => {
    const of = (text: string) => sourceOf(new URL(text));
    expect(of('https://example.org/docs/a.html')).toBe('web/example.org/docs/a.html');
    expect(of('https://example.org/')).toBe('web/example.org/index.html');
    expect(of('https://example.org/%E6%89%8B%E5%86%8C')).toMatch(/^web\/example\.org\/手册/);
    const all = [
      '/a?x=1',
      '/a?x=2',
      '/a',
      '/a/',
      '/a%2fb',
      '/a/b',
      '/..%2f..%2fetc',
      '/.hidden',
      '/con',
      '/%ff',
      '/a.',
      '//x',
    ];
    const names = all.map((path) => of(`https://example.org${path}`));
    expect(new Set(names).size).toBe(all.length);
    for (const name of names) expect([name.startsWith('web/example.org/'), name.includes('..')]).toEqual([true, false]);
    expect(uploadProblem(of(`https://example.org/${'x'.repeat(3000)}`), 'linux')).toBeUndefined();
    expect(uploadProblem(of('https://[2606:4700::1111]/a'), 'linux')).toBeUndefined();
  });
});

describe('fetching', () => {
  let server: Server & { close(done?: () => void): unknown };
  let port: number;
  let securePort = 0;
  /** Connections, by the address that was asked for. */
  const dialled: string[] = [];
  const routes: Record<string, RequestListener> = {};
  const text = (answer: ServerResponse, body: string, headers: Record<string, string> = {}) =>
    answer.writeHead(200, { 'content-type': 'text/html', ...headers }).end(body);

  beforeAll(async () => {
    server = createPlain((asked: IncomingMessage, answer) => {
      const route = routes[`${asked.headers.host}${asked.url}`];
      if (route) route(asked, answer);
      else answer.writeHead(404).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => new Promise<void>((closed) => void server.close(() => closed())));

  /** Names as they are told each time; what is public is this machine's server, what is not would be, too. */
  const names: Record<string, string[][]> = {};
  async function fetched(url: string, more: Partial<FetchOptions> = {}) {
    const { body, ...rest } = await fetchPublic({
      ...{ url, limit: 1000, seconds: 5 },
      outside: {
        async resolve(name) {
          const told = names[name];
          if (told === undefined) throw new Error('ENOTFOUND');
          return told.length > 1 ? told.shift()! : told[0]!;
        },
        connect(address, at) {
          dialled.push(`${address}:${at}`);
          return connect({ host: '127.0.0.1', port: at === 443 ? securePort : port });
        },
      },
      ...more,
    });
    const parts: Buffer[] = [];
    for await (const part of body) parts.push(part);
    return { ...rest, text: Buffer.concat(parts).toString() };
  }
  const code = (expected: string) => expect.objectContaining({ code: expected });

  it('gets what is public, over redirects, without anything of ours in the request', async () => {
    names['good.example'] = [['93.184.216.34']];
    names['www.good.example'] = [['2606:4700::1111']];
    let seen: object = {};
    routes['good.example/start'] = (_, answer) =>
      answer.writeHead(301, { location: '//www.good.example/end?q=1' }).end();
    routes['www.good.example/end?q=1'] = (asked, answer) => {
      seen = asked.headers;
      text(answer, '<p>Words.</p>', { 'content-type': 'text/html; charset=utf-8' });
    };
    const got = await fetched('http://good.example/start#part');
    expect(got).toMatchObject({ type: 'text/html', text: '<p>Words.</p>' });
    expect(got.url.href).toBe('http://www.good.example/end?q=1');
    expect(Object.keys(seen).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
    expect(dialled.splice(0)).toEqual(['93.184.216.34:80', '2606:4700::1111:80']);
  });

  it('goes nowhere else: private names and numbers, other schemes and ports, passwords', async () => {
    for (const [i, address] of PRIVATE.entries()) names[`n${i}.example`] = [[address]];
    names['mixed.example'] = [['93.184.216.34', '10.0.0.1']];
    names['none.example'] = [[]];
    const hidden = [...PRIVATE.keys()].map((i) => `http://n${i}.example/`);
    const numbers = [
      'http://127.0.0.1/',
      'http://2130706433/',
      'http://0x7f.1/',
      'http://017700000001/',
      'http://[::1]/',
    ];
    numbers.push(
      'http://[::ffff:169.254.169.254]/',
      'http://169.254.169.254/latest/meta-data',
      'http://127.1/',
      'http://0/',
    );
    const unknown = ['http://mixed.example/', 'http://none.example/', 'http://nosuch.example/', 'http://localhost/'];
    const said = new Set<string>();
    for (const url of [...hidden, ...numbers, ...unknown]) {
      const error = await fetched(url).catch((one: Error) => one);
      expect(error, url).toEqual(code('forbidden'));
      said.add((error as Error).message.replace(/^\S+ /, ''));
    }
    // Whether there is something is not told.
    expect(said.size).toBe(1);
    for (const url of [
      ...[
        'file:///etc/passwd',
        'ftp://good.example/',
        'gopher://good.example/',
        'data:text/plain,x',
        'javascript:1',
        'x',
      ],
      ...[
        'http://good.example:8080/',
        'https://good.example:22/',
        'http://me:secret@good.example/',
        'http://me@good.example/',
      ],
    ]) {
      const error = await fetched(url).catch((one: Error) => one);
      expect([error, String(error).includes('secret')], url).toEqual([code('usage'), false]);
    }
    expect(dialled).toEqual([]);
  });

  it('looks at every redirect again, and at a name once', async () => {
    names['evil.example'] = [['93.184.216.34']];
    for (const to of ['http://127.0.0.1/', 'http://[::1]/', '//localhost/x', 'http://n8.example/'])
      await expect(redirected(to), to).rejects.toEqual(code('forbidden'));
    for (const to of ['file:///etc/passwd', 'http://evil.example:6379/', 'http://a:b@evil.example/'])
      await expect(redirected(to), to).rejects.toEqual(code('usage'));
    await expect(redirected('http://evil.example/to'), 'itself').rejects.toEqual(code('unreadable'));
    dialled.splice(0);
    // A name that is public when it is looked at, and this machine a moment later.
    names['rebind.example'] = [['93.184.216.34'], ['127.0.0.1']];
    routes['rebind.example/'] = (_, answer) => text(answer, 'once');
    expect((await fetched('http://rebind.example/')).text).toBe('once');
    await expect(fetched('http://rebind.example/')).rejects.toEqual(code('forbidden'));
    expect(dialled.splice(0)).toEqual(['93.184.216.34:80']);
  });
  function redirected(to: string) {
    routes['evil.example/to'] = (_, answer) => answer.writeHead(302, { location: to }).end();
    return fetched('http://evil.example/to');
  }

  it('knows whom it speaks to over https, and does not go back to http', async () => {
    const pair = certified('safe.example');
    const secure = createSecure(pair, (asked, answer) => {
      if (asked.url === '/down') answer.writeHead(302, { location: 'http://good.example/start' }).end();
      else text(answer, 'in secret');
    });
    await new Promise<void>((listening) => secure.listen(0, '127.0.0.1', listening));
    securePort = (secure.address() as AddressInfo).port;
    for (const name of ['safe.example', 'other.example']) names[name] = [['93.184.216.34']];
    const ca = pair.cert;
    expect((await fetched('https://safe.example/', { ca })).text).toBe('in secret');
    await expect(fetched('https://safe.example/')).rejects.toEqual(code('unreadable'));
    await expect(fetched('https://other.example/', { ca })).rejects.toEqual(code('unreadable'));
    await expect(fetched('https://safe.example/down', { ca })).rejects.toEqual(code('forbidden'));
    secure.close();
  });

  it('takes documents of a size in a time', async () => {
    names['big.example'] = [['93.184.216.34']];
    const serve = (listener: RequestListener, more: Partial<FetchOptions> = {}) => {
      routes['big.example/'] = listener;
      return fetched('http://big.example/', more);
    };
    await expect(serve((_, answer) => text(answer, 'x'.repeat(1001)))).rejects.toEqual(code('too_large'));
    // Without a length, and without an end.
    const endless: RequestListener = (_, answer) => {
      answer.writeHead(200, { 'content-type': 'text/plain' });
      const more = setInterval(() => answer.write('y'.repeat(300)), 20);
      answer.on('close', () => clearInterval(more));
    };
    await expect(serve(endless)).rejects.toEqual(code('too_large'));
    const slow: RequestListener = (_, answer) => {
      answer.writeHead(200, { 'content-type': 'text/plain' });
      const more = setInterval(() => answer.write('z'), 100);
      answer.on('close', () => clearInterval(more));
    };
    await expect(serve(slow, { seconds: 1 })).rejects.toEqual(code('too_slow'));
    await expect(serve(() => {}, { seconds: 1 })).rejects.toEqual(code('too_slow'));
    const typed = (type: string) => serve((_, answer) => text(answer, 'x', { 'content-type': type }));
    for (const type of ['application/octet-stream', 'application/x-sh', 'video/mp4', 'application/zip', ''])
      await expect(typed(type), type).rejects.toEqual(code('unreadable'));
    for (const type of ['application/pdf', 'text/markdown', 'image/png']) expect((await typed(type)).type).toBe(type);
    const packed: RequestListener = (_, answer) => text(answer, 'x', { 'content-encoding': 'gzip' });
    await expect(serve(packed)).rejects.toEqual(code('unreadable'));
    await expect(serve((_, answer) => answer.writeHead(404).end())).rejects.toEqual(code('unreadable'));
    const broken: RequestListener = (_, answer) => {
      answer.writeHead(200, { 'content-type': 'text/plain', 'content-length': '100' });
      answer.write('half');
      setTimeout(() => answer.destroy(), 50);
    };
    await expect(serve(broken)).rejects.toEqual(code('unreadable'));
  });
});
