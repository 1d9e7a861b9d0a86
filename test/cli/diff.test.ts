import { rmSync } from 'node:fs';
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
