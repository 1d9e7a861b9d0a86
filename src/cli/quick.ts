import { fstatSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Config } from '../config.ts';
import { findHome, openContext } from '../context.ts';
import { staleTokens } from '../pipeline/fingerprint.ts';
import { type Mode, type SearchResult, search } from '../pipeline/search.ts';
import type { Io } from '../types.ts';
import { renderHits } from './hits.ts';
import { type Lang, langOf, messagesFor } from './messages.ts';
import { styleFor } from './style.ts';
import { unset } from './unset.ts';

interface QuickOptions {
  text: string;
  k: number;
  mode: Mode;
  json: boolean;
  explain: boolean;
  color: boolean;
  home?: string;
  lang?: Lang;
}

/** Something that the plain path does not do. */
class Other extends Error {}

/**
 * `rag search "a question"` without filters, settings or events: the one command whose start is felt. This file is bundled with
 * all it needs, and nothing else, into dist/search.cjs. Resolves to the exit code, or to undefined before anything was written:
 * then rag.cjs does it, says what is wrong, asks, embeds on the way.
 */
export async function quickSearch(proc: NodeJS.Process): Promise<number | undefined> {
  const { env } = proc;
  const options = parse(proc.argv.slice(3));
  const cwd = proc.cwd();
  if (options === undefined || !unset(cwd, env, env.HOME || homedir())) return undefined;
  let result: SearchResult;
  try {
    result = await answer(options, cwd);
  } catch {
    // rag.cjs meets the same and finds words for it.
    return undefined;
  }
  // A terminal (or /dev/null, where colours do no harm); asking the streams costs milliseconds.
  const style = styleFor(options.color && !env.NO_COLOR && fstatSync(1).isCharacterDevice());
  const text = options.json
    ? JSON.stringify({ ok: true, result })
    : renderHits(messagesFor(options.lang ?? langOf(env)), style, result);
  return print(text.endsWith('\n') ? text : `${text}\n`);
}

async function answer(options: QuickOptions, cwd: string): Promise<SearchResult> {
  const { text, k, mode, explain } = options;
  const refuse = () => {
    throw new Other();
  };
  const io: Io = {
    report: refuse,
    get signal() {
      return new AbortController().signal;
    },
  };
  // No setting is set, and of those with a default a search reads none.
  const config = { values: {}, origins: {} } as Config;
  const root = findHome(cwd, options.home);
  const context = openContext({
    ...{ config, root, verb: 'search', note: refuse, light: true },
    get signal() {
      return io.signal;
    },
  });
  const store = await context.reader();
  const { chunks, embedded } = await store.coverage();
  if (staleTokens(await store.fingerprint()) || (mode !== 'lexical' && embedded < chunks)) refuse();
  const deps = {
    store,
    embedder: () => context.embedder('question'),
    bridge: () => context.bridge(),
    keep: async () => refuse(),
  };
  return search(deps, { text, k, mode, embedBudget: 0, explain }, io);
}

/** Undefined for what commander should see. */
function parse(words: string[]): QuickOptions | undefined {
  const options: QuickOptions = { text: '', k: 10, mode: 'hybrid', json: false, explain: false, color: true };
  for (let i = 0; i < words.length; i++) {
    const [word, given] = words[i]!.startsWith('--') ? split(words[i]!) : [words[i]!, undefined];
    const value = () => given ?? words[++i] ?? '';
    if (word === '--json') options.json = true;
    else if (word === '--explain') options.explain = true;
    else if (word === '--no-color') options.color = false;
    else if (word === '-q' || word === '--quiet') continue;
    else if (word === '-k') options.k = Number(value());
    else if (word === '--mode') options.mode = value() as Mode;
    else if (word === '--lang') options.lang = value() as Lang;
    else if (word === '--home') options.home = value();
    else if (word.startsWith('-') || options.text !== '') return undefined;
    else options.text = word;
  }
  const { text, k, mode, lang, home } = options;
  if (text.trim() === '' || !Number.isInteger(k) || k < 1) return undefined;
  if (!['hybrid', 'lexical', 'vector'].includes(mode) || home === '' || home === 'stack') return undefined;
  return lang === undefined || lang === 'en' || lang === 'zh' ? options : undefined;
}

function split(word: string): [string, string | undefined] {
  const at = word.indexOf('=');
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

/** Straight to the descriptor: setting up a stream costs milliseconds. 0, also if the reader has left (`| head`). */
function print(text: string): number {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return 0;
      // A pipe that is full for the moment.
      if (code !== 'EAGAIN') throw error;
    }
  }
  return 0;
}
