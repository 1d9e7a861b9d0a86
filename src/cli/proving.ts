import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { openClient } from '../client/client.ts';
import { RagError } from '../errors.ts';
import type { Io } from '../types.ts';

export interface Proof {
  /** Seconds from the first byte sent to the cited answer. */
  seconds: number;
  answer: string;
}

/**
 * As a user would, through the front door: a document goes in, a question is answered from it with a citation, the document goes out.
 * Throws RagError('verify') naming what did not hold.
 */
export async function prove(url: string, key: string, lang: string, io: Io): Promise<Proof> {
  const started = performance.now();
  const client = openClient({ url, key, lang, note: (message) => io.report({ type: 'note', message }) });
  const word = randomBytes(6).toString('hex');
  const name = `rag-stack-proof/${word}.md`;
  const content = Buffer.from(`# Proof of the stack\n\nThe word of the lighthouse keeper is ${word}.\n`);
  const quiet: Io = { report: () => {}, signal: io.signal };
  const about = { paths: true, defaultCollection: 'default', tags: {}, embed: true, mtimes: {} };
  const sent = await client.upload([{ name, content }], about, quiet);
  try {
    if (sent.added !== 1) throw failed(`the document was not taken in: ${JSON.stringify(sent.files)}`);
    const { answer, citations } = await client.query(
      { text: `Which word of the lighthouse keeper is ${word}?`, k: 5, mode: 'hybrid', embedBudget: 0, explain: false },
      quiet,
    );
    if (!citations.some(({ source, quote }) => source === name && quote.includes(word)))
      throw failed(`the answer does not cite the document: ${answer}`);
    return { seconds: Math.round(performance.now() - started) / 1000, answer };
  } finally {
    await client.forget([name], new AbortController().signal);
  }
}

function failed(why: string): RagError {
  return new RagError('verify', `everything runs, but the proof failed: ${why}`, {
    hint: 'rag stack status --deep and rag stack logs api say more',
    zhHint: 'rag stack status --deep 和 rag stack logs api 显示更多',
    zh: `各服务都在运行，但验证失败：${why}`,
  });
}

/**
 * Signs in as the first admin. Undefined if the password in secrets/ is not that of the user any more, or too many tried: whoever changed it is
 * asked for a key. Throws RagError('unavailable') if nothing answers.
 */
export async function signIn(
  url: string,
  name: string,
  password: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const response = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
  }).catch((cause) => {
    throw unreachable(url, cause);
  });
  if (response.status === 401 || response.status === 429) return undefined;
  const body = await response.text();
  if (!response.ok) throw failed(`signing in as ${name} was answered with ${response.status}: ${body.slice(0, 200)}`);
  return (JSON.parse(body) as { access: string }).access;
}

/** nginx looks up every 2 s where a service has gone that was made anew. */
const FOUND_MS = 15_000;

/**
 * Waits until the front door opens onto the API and the page, since healthy containers are no use to a visitor whom nginx still sends to
 * the old ones. Throws RagError('verify') naming the address and what it answered.
 */
export async function untilOpen(url: string, signal: AbortSignal): Promise<void> {
  const end = performance.now() + FOUND_MS;
  for (const path of ['/readyz', '/']) {
    for (;;) {
      const answer = await statusOf(url + path, signal);
      if (answer === '200') break;
      if (performance.now() > end)
        throw new RagError('verify', `everything runs, but ${url}${path} does not say so: ${answer}`, {
          hint: 'rag stack logs nginx api web',
          zh: `各服务都在运行，但 ${url}${path} 没有正常应答：${answer}`,
        });
      await pause(500, undefined, { signal });
    }
  }
}

/** Of the answer; without one, what was wrong. */
async function statusOf(address: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]) });
    await response.text();
    return String(response.status);
  } catch (error) {
    signal.throwIfAborted();
    // Waiting mends no certificate.
    if (DISTRUSTED.test(codeOf(error))) throw unreachable(address, error);
    return codeOf(error) || (error as Error).message;
  }
}

const DISTRUSTED = /CERT|SIGNED|ISSUER|ALTNAME/;

/** What Node says beneath its "fetch failed". */
function codeOf(error: unknown): string {
  return ((error as Error).cause as { code?: string } | undefined)?.code ?? '';
}

function unreachable(url: string, cause: unknown): RagError {
  const code = codeOf(cause);
  return new RagError('unavailable', `${url} does not answer${code ? ` (${code})` : ''}`, {
    ...(DISTRUSTED.test(code)
      ? {
          hint: 'set RAG_URL in .env to the name in tls/cert.pem; where nobody knows its issuer: NODE_EXTRA_CA_CERTS=tls/cert.pem rag stack up',
          zhHint:
            '请把 .env 中的 RAG_URL 设为 tls/cert.pem 中的名称；若其签发者不受信任：NODE_EXTRA_CA_CERTS=tls/cert.pem rag stack up',
        }
      : { hint: 'rag stack status' }),
    zh: `${url} 没有应答`,
    cause,
  });
}
