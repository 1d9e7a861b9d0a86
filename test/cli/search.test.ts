import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folder, put, rag } from '../support/rag.ts';

const FILES = {
  'handbook.md': '# Handbook\n\n## Backups\n\nBackups are kept for 35 days.\n\n## Tea\n\nGreen tea is stored cold.\n',
  'code.py': 'def getUserById(user_id):\n    """find one user"""\n    return max_wal_size\n',
  '备份.md': '# 备份\n\n数据库每天备份一次。重跑gen-itgc后检查日志。\n',
  'big5.txt': Buffer.from('b8eaaec6ae77b3c6a5f7', 'hex'),
};

describe('search', () => {
  it('answers in the shape that scripts rely on', async () => {
    const cwd = folder(FILES);
    await rag({ cwd }, 'ingest', '.', '--json');
    const { json, code } = await rag({ cwd }, 'search', 'how long are backups kept', '-k', '2', '--json', '--explain');
    expect(code).toBe(0);
    const { result } = json;
    expect(result).toMatchObject({
      query: 'how long are backups kept',
      mode: 'hybrid',
      coverage: { chunks: 4, embedded: 4 },
    });
    expect(result.hits).toHaveLength(2);
    const [hit] = result.hits;
    expect(hit).toMatchObject({
      rank: 1,
      source: 'handbook.md',
      title: 'Handbook',
      lexical: { rank: 1 },
      vector: { rank: expect.any(Number) },
    });
    expect(hit.chunk).toBe(`${hit.document}:0`);
    const text = (await rag({ cwd }, 'show', 'handbook.md', '--text')).out;
    expect(text).toBe(FILES['handbook.md']);
    expect(hit.text).toBe(text.slice(hit.locator.start, hit.locator.end));
    for (const [start, end] of hit.highlights) expect(hit.text.slice(start, end)).toMatch(/^(backups?|kept|long)$/i);
    expect(hit.highlights.length).toBeGreaterThan(1);
    expect(result.explain.terms.length).toBeGreaterThan(0);
  });

  it('finds identifiers whole and by part, and words glued to Han, across scripts', async () => {
    const cwd = folder(FILES);
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    const first = async (text: string) =>
      (await rag({ cwd }, 'search', text, '--mode', 'lexical', '--json')).json.result.hits[0]?.source;
    for (const text of ['getUserById', 'user', 'wal size', 'max_wal_size']) expect(await first(text)).toBe('code.py');
    for (const text of ['gen-itgc', '重跑', '數據庫 每天', '日誌']) expect(await first(text)).toBe('备份.md');
    expect(await first('资料库')).toBe('big5.txt');
    expect(await first('"every day" -once')).toBeUndefined();
  });

  it('finds the other language with no vector at all', async () => {
    const cwd = folder(FILES);
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    const { json } = await rag({ cwd }, 'search', 'database', '--mode', 'lexical', '--json');
    expect(json.result.hits.map((hit: { source: string }) => hit.source).sort()).toEqual(['big5.txt', '备份.md']);
  });

  it('embeds candidates on the way within the budget, and keeps them', async () => {
    const cwd = folder(FILES);
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    const { json } = await rag({ cwd }, 'search', 'backups kept', '--json', '--explain', '--embed-budget', '20s');
    expect(json.result.explain.embeddedNow).toBeGreaterThan(0);
    expect((await rag({ cwd }, 'status', '--json')).json.result.embedded).toBe(json.result.explain.embeddedNow);
    const none = await rag({ cwd }, 'search', 'green tea', '--json', '--explain', '--embed-budget', '0');
    expect(none.json.result.explain.embeddedNow).toBe(0);
  });

  it('takes many questions from a file, in order, a line each', async () => {
    const cwd = folder(FILES);
    await rag({ cwd }, 'ingest', '.');
    put(cwd, 'q.jsonl', '{"id":"a","text":"backups"}\ngreen tea\n\n{"id":7,"text":"每天备份"}\n');
    const { json, out } = await rag({ cwd }, 'search', '--batch', 'q.jsonl', '-k', '1', '--json');
    expect(out.trim().split('\n')).toHaveLength(3);
    expect(json.map((line: { id: unknown }) => line.id)).toEqual(['a', 2, 7]);
    expect(json.map((line: { result: { hits: { source: string }[] } }) => line.result.hits[0]!.source)).toEqual([
      'handbook.md',
      'handbook.md',
      '备份.md',
    ]);
  });

  it('gives a line of a batch that asks nothing the error of such a question, and goes on', async () => {
    const cwd = folder(FILES);
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    put(cwd, 'q.jsonl', '{"id":"none","text":" "}\n \n{"id":"one","text":"backups"}\n{"id":3}\n');
    const { code, json } = await rag({ cwd }, 'search', '--batch', 'q.jsonl', '--json');
    const { error } = (await rag({ cwd }, 'search', ' ', '--json')).json;
    expect(error).toEqual({ code: 'usage', message: 'the question is empty', hint: 'rag search "your question"' });
    expect(json).toEqual([
      { id: 'none', error },
      { id: 'one', result: expect.objectContaining({ query: 'backups' }) },
      { id: 3, error },
    ]);
    expect(code).toBe(3);
    const zh = await rag({ cwd }, 'search', '--batch', 'q.jsonl', '--lang', 'zh', '--json');
    expect(zh.json[0]).toMatchObject({ id: 'none', error: { message: '问题为空' } });
  });

  it('answers from an empty home, an empty question and odd input without fuss', async () => {
    const cwd = folder();
    const none = await rag({ cwd }, 'search', 'anything', '--json');
    expect([none.code, none.json.result.hits]).toEqual([0, []]);
    expect((await rag({ cwd }, 'search', '   ')).code).toBe(2);
    put(cwd, 'a.txt', 'plain words');
    await rag({ cwd }, 'ingest', '.');
    for (const text of [
      '-plain',
      '""',
      '"',
      'OR AND NEAR(',
      '💥',
      '\u0000',
      "'; DROP TABLE chunks; --",
      'x'.repeat(20_000),
    ])
      expect((await rag({ cwd }, 'search', '--json', '--', text)).code).toBe(0);
    expect((await rag({ cwd }, 'search', 'plain', '-k', '0')).code).toBe(2);
    expect((await rag({ cwd }, 'search', '--batch', 'missing.jsonl', '--json')).code).toBe(6);
  });

  it('sees an older state with --as-of', async () => {
    const cwd = folder({ 'a.txt': 'the walrus era' });
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    const then = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 20));
    put(cwd, 'a.txt', 'the penguin era, a longer one');
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    const at = async (text: string, ...more: string[]) =>
      (await rag({ cwd }, 'search', text, '--mode', 'lexical', '--json', ...more)).json.result.hits.length;
    expect([await at('walrus'), await at('walrus', '--as-of', then), await at('penguin', '--as-of', then)]).toEqual([
      0, 1, 0,
    ]);
    expect((await rag({ cwd }, 'show', 'a.txt', '--text', '--as-of', then)).out).toBe('the walrus era');
  });

  it('finds the home upward and takes another with --home', async () => {
    const cwd = folder({ 'docs/deep/a.txt': 'walrus', 'other/b.txt': 'penguin' });
    await rag({ cwd }, 'ingest', 'docs', '--no-embed');
    await rag({ cwd }, 'ingest', 'other', '--home', 'other', '--no-embed');
    const deep = await rag({ cwd: join(cwd, 'docs/deep') }, 'search', 'walrus', '--mode', 'lexical', '--json');
    expect(deep.json.result.hits[0].source).toBe('docs/deep/a.txt');
    const other = await rag({ cwd }, 'search', 'penguin', '--home', 'other', '--mode', 'lexical', '--json');
    expect(other.json.result.hits[0].source).toBe('b.txt');
  });
});
