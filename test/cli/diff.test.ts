import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folder, put, rag } from '../support/rag.ts';

const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

it('says what came, changed and went between two moments, by document and passage', async () => {
  const paragraphs = (...starts: string[]) =>
    starts.map((start) => `# ${start}\n\n${`${start} words `.repeat(300)}\n`).join('\n');
  const cwd = folder({ 'same.md': 'as it was', 'changed.md': paragraphs('one', 'two', 'three'), 'gone.md': 'walrus' });
  await rag({ cwd }, 'ingest', '.', '--no-embed');
  await pause();
  const then = new Date().toISOString();
  await pause();
  put(cwd, 'changed.md', paragraphs('one', 'four', 'three'));
  put(cwd, 'new.md', 'penguin');
  rmSync(join(cwd, 'gone.md'));
  await rag({ cwd }, 'ingest', '.', '--no-embed');
  const { json } = await rag({ cwd }, 'diff', then, '--json');
  const sources = (list: { source: string }[]) => list.map(({ source }) => source);
  expect(sources(json.result.added)).toEqual(['new.md']);
  expect(sources(json.result.removed)).toEqual(['gone.md']);
  expect(sources(json.result.changed)).toEqual(['changed.md']);
  const { added, removed } = json.result.changed[0].passages;
  const total = (await rag({ cwd }, 'list', 'changed.md', '--json')).json.result.documents[0].chunks;
  expect([added > 0, added < total, removed > 0]).toEqual([true, true, true]);
  expect((await rag({ cwd }, 'diff', then, then)).out).toContain('Nothing changed.');
  expect((await rag({ cwd }, 'diff', then)).out).toContain('+ new.md  +1');
  const early = await rag({ cwd }, 'diff', '2020-01-01', then, '--json');
  expect(sources(early.json.result.added)).toEqual(['changed.md', 'gone.md', 'same.md']);
  expect((await rag({ cwd }, 'diff', then, '2020-01-01', '--json')).code).toBe(2);
  expect((await rag({ cwd }, 'diff', 'yesterday', '--json')).json.error.code).toBe('usage');
});

it('tells versions apart, and searches them, after the files they lay in were merged', {
  timeout: 60_000,
}, async () => {
  const cwd = folder({ 'steady.md': 'granite' });
  const moments: string[] = [];
  const segments = () => readdirSync(join(cwd, '.rag/index')).filter((name) => name.endsWith('.seg')).length;
  for (let version = 0; version < 12; version++) {
    put(cwd, 'turning.md', `# Turning\n\nversion${version} granite\n`);
    put(cwd, `only-${version}.md`, `slate ${version}`);
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    await pause();
    moments.push(new Date().toISOString());
    await pause();
  }
  // A file an ingest, had none been merged.
  expect(segments()).toBeLessThan(8);
  for (const version of [0, 5, 10]) {
    const { result } = (await rag({ cwd }, 'diff', moments[version]!, moments[version + 1]!, '--json')).json;
    expect(result.added.map(({ source }: { source: string }) => source)).toEqual([`only-${version + 1}.md`]);
    expect(result.changed).toMatchObject([{ source: 'turning.md', passages: { added: 1, removed: 1 } }]);
    expect(result.removed).toEqual([]);
    const { hits } = (await rag({ cwd }, 'search', 'granite', '--as-of', moments[version]!, '--json')).json.result;
    const texts = hits.map(({ text }: { text: string }) => text).join('\n');
    expect([texts.includes(`version${version} `), hits.length]).toEqual([true, 2]);
  }
  // What is pruned is not made up: the first moment then knows only what has stayed since.
  await rag({ cwd }, 'prune');
  const { result } = (await rag({ cwd }, 'diff', moments[0]!, '--json')).json;
  expect(result.added.map(({ source }: { source: string }) => source)).toContain('turning.md');
  expect(result.changed).toEqual([]);
});
