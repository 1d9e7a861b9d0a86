import { type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { isIP } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { RagError } from '../errors.ts';
import { isPublic } from './address.ts';
import type { Outside } from './outside.ts';

export interface FetchOptions {
  url: string;
  /** Bytes at most. */
  limit: number;
  /** All in all, redirects and body. */
  seconds: number;
  outside: Outside;
  /** Beside those that every machine knows. */
  ca?: string;
}

export interface Fetched {
  /** Where it came from in the end. */
  url: URL;
  type: string;
  /** Fails with RagError('too_large' | 'too_slow') where a limit is met. */
  body: AsyncIterable<Buffer>;
}

const REDIRECTS = 5;
const REDIRECTING = new Set([301, 302, 303, 307, 308]);
const PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };
/** What may hold a document. Unnamed bytes and programs do not. */
const TYPES =
  /^(text\/|image\/|message\/rfc822$|application\/(pdf|json|xml|rtf|msword|epub\+zip|xhtml\+xml|x-ndjson|vnd\.(ms-|openxmlformats-officedocument\.|oasis\.opendocument\.)[\w.+-]+)$)/;

/**
 * A document of the internet. Every address on the way is looked up once, must be public, and is the one that is connected to, so that a
 * name cannot be one thing when it is checked and another when it is used. Throws RagError('usage') for what is no address of a
 * document, RagError('forbidden') for where nobody is sent, in the same words whether there is something or not, RagError('unreadable')
 * for what the other side gets wrong.
 */
export async function fetchPublic({ url, limit, seconds, outside, ca }: FetchOptions): Promise<Fetched> {
  const signal = AbortSignal.timeout(seconds * 1000);
  const late = () => new RagError('too_slow', `${url} took longer than ${seconds} s`);
  let at = checked(url);
  for (let hops = 0; ; hops++) {
    const answer = await ask(at, outside, signal, ca).catch((error: unknown) => {
      throw signal.aborted ? late() : error;
    });
    const { statusCode = 0, headers } = answer;
    if (REDIRECTING.has(statusCode) && headers.location !== undefined) {
      answer.destroy();
      if (hops === REDIRECTS) throw new RagError('unreadable', `${url} redirects more than ${REDIRECTS} times`);
      const next = checked(new URL(headers.location, at).href);
      if (at.protocol === 'https:' && next.protocol !== 'https:') throw nowhere(next);
      at = next;
      continue;
    }
    const type = (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
    const refused = problemOf(statusCode, type, headers, limit);
    if (refused !== undefined) {
      answer.destroy();
      throw new RagError(refused.code, `${url}: ${refused.why}`);
    }
    return { url: at, type, body: limited(answer, { limit, signal, late, url }) };
  }
}

function checked(text: string): URL {
  const bad = (why: string) => new RagError('usage', `${text.replace(/\/\/[^/@]*@/, '//…@')} ${why}`);
  if (!URL.canParse(text)) throw bad('is no address');
  const url = new URL(text);
  const usual = PORTS[url.protocol];
  if (usual === undefined) throw bad('is neither http nor https');
  if (url.username !== '' || url.password !== '') throw bad('has a name or password in it');
  if (url.port !== '') throw bad('names a port of its own');
  return url;
}

async function ask(
  url: URL,
  { resolve, connect }: Outside,
  signal: AbortSignal,
  ca?: string,
): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [host] : await resolve(host).catch(() => []);
  const [address] = addresses;
  // One private address among public ones is enough to be somebody's trick.
  if (address === undefined || !addresses.every(isPublic)) throw nowhere(url);
  signal.throwIfAborted();
  const isSecure = url.protocol === 'https:';
  const socket = connect(address, PORTS[url.protocol]!);
  const servername = isIP(host) ? {} : { servername: host };
  const options = {
    ...{ host, path: url.pathname + url.search, signal },
    headers: { host: url.host, 'user-agent': 'rag', accept: '*/*', 'accept-encoding': 'identity' },
    // Without an agent, which would look the name up again.
    createConnection: () => (isSecure ? tlsConnect({ socket, ...servername, ...(ca ? { ca } : {}) }) : socket),
  };
  return new Promise((done, failed) => {
    const sent = (isSecure ? secure : plain)(options, done);
    sent.on('error', (cause: NodeJS.ErrnoException) => {
      socket.destroy();
      failed(new RagError('unreadable', `${url.origin} does not answer (${cause.code ?? cause.message})`, { cause }));
    });
    sent.end();
  });
}

function problemOf(status: number, type: string, headers: IncomingMessage['headers'], limit: number) {
  if (status !== 200) return { code: 'unreadable' as const, why: `the answer is ${status}` };
  if (!TYPES.test(type)) return { code: 'unreadable' as const, why: `${type || 'what has no type'} is not taken` };
  const { 'content-encoding': coding = 'identity', 'content-length': length = '0' } = headers;
  // Unpacked it could be anything in size.
  if (coding !== 'identity') return { code: 'unreadable' as const, why: `it is packed (${coding})` };
  if (Number(length) > limit) return { code: 'too_large' as const, why: `over ${limit} bytes` };
  return undefined;
}

async function* limited(
  answer: IncomingMessage,
  { limit, signal, late, url }: { limit: number; signal: AbortSignal; late(): RagError; url: string },
): AsyncGenerator<Buffer> {
  let size = 0;
  try {
    for await (const part of answer as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > limit) throw new RagError('too_large', `${url}: over ${limit} bytes`);
      yield part;
    }
    if (!answer.complete) throw new RagError('unreadable', `${url} broke off`);
  } catch (error) {
    if (signal.aborted) throw late();
    if (error instanceof RagError) throw error;
    throw new RagError('unreadable', `${url} broke off`, { cause: error });
  } finally {
    answer.destroy();
  }
}

function nowhere({ origin }: URL): RagError {
  return new RagError('forbidden', `${origin} is no public address: nothing is fetched from there`, {
    zh: `${origin} 不是公开地址，不会抓取`,
  });
}
