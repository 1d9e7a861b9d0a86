import { randomBytes } from 'node:crypto';
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
    const { code = '' } = ((cause as Error).cause ?? {}) as { code?: string };
    const distrusted = /CERT|SIGNED|ISSUER|ALTNAME/.test(code);
    throw new RagError('unavailable', `${url} does not answer${code ? ` (${code})` : ''}`, {
      hint: distrusted
        ? 'set RAG_URL in .env to the name in tls/cert.pem; where nobody knows its issuer: NODE_EXTRA_CA_CERTS=tls/cert.pem rag stack up'
        : 'rag stack status',
      zh: `${url} 没有应答`,
      cause,
    });
  });
  if (response.status === 401 || response.status === 429) return undefined;
  const body = await response.text();
  if (!response.ok) throw failed(`signing in as ${name} was answered with ${response.status}: ${body.slice(0, 200)}`);
  return (JSON.parse(body) as { access: string }).access;
}

/** Whether the front door answers, and the API behind it. */
export async function isAnswering(url: string, signal: AbortSignal): Promise<boolean> {
  const response = await fetch(`${url}/readyz`, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
  }).catch(() => undefined);
  await response?.text();
  return response?.ok === true;
}
