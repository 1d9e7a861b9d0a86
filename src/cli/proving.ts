import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
export async function prove(url: string, folder: string, lang: string, io: Io): Promise<Proof> {
  const key = keyOf(folder);
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

/** What opens the API: the token in secrets/. */
function keyOf(folder: string): string | undefined {
  const file = join(folder, 'secrets/rag_token');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}
