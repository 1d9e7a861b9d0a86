import { RagError } from '../errors.ts';

/** An embedding model as people write it: `builtin`, `ollama/bge-m3`, `openai/text-embedding-3-small`. */
export type Named = { provider: 'builtin' } | { provider: 'ollama' | 'openai'; name: string };

/** Throws RagError('usage'). */
export function parseName(word: string): Named {
  if (word === 'builtin' || /^multilingual-e5-small-zh-en/.test(word)) return { provider: 'builtin' };
  const [, provider, name] = /^(ollama|openai)\/(.+)$/.exec(word) ?? [];
  if (name !== undefined) return { provider: provider as 'ollama' | 'openai', name };
  if (/@(openai|[0-9a-f]{12})\//.test(word)) return nameOf(word);
  throw new RagError('usage', `${word} names no model: builtin, ollama/NAME or openai/NAME`, {
    hint: 'rag model list names those that are there',
    zhHint: 'rag model list 列出现有的模型',
    zh: `${word} 不是模型名：请用 builtin、ollama/名称 或 openai/名称`,
  });
}

/** Whose the vectors are that carry this embedder's id. */
export function nameOf(id: string): Named {
  const at = id.lastIndexOf('@');
  const name = id.slice(0, at);
  if (id.slice(at + 1).startsWith('openai/')) return { provider: 'openai', name };
  return /^[0-9a-f]{12}\//.test(id.slice(at + 1)) ? { provider: 'ollama', name } : { provider: 'builtin' };
}

export const wordOf = (named: Named): string =>
  named.provider === 'builtin' ? 'builtin' : `${named.provider}/${named.name}`;
