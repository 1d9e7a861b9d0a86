import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import type { Segment } from '../../src/store/sqlite/segments/format.ts';
import { crowded, mergeable } from '../../src/store/sqlite/segments/policy.ts';
import { openReader, openWriter } from '../../src/store/sqlite/sqlite.ts';
import { parseQuery } from '../../src/text/query.ts';
import { documentOf } from '../support/store.ts';

it('finds the document of every piece, though only the last pieces were merged', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'rag-merge-'));
  const store = await openWriter(dir);
  const { document, chunks } = documentOf(
    'long.txt',
    Array.from({ length: 503 }, (_, i) => `walrus ${i} `),
  );
  const draft = await store.draft(document);
  await draft.add(chunks.slice(0, 500));
  await draft.add(chunks.slice(500));
  await draft.commit({ ...document, title: 'at the end' });
  await store.put([documentOf('other.txt', ['penguin'])]);
  const before = readdirSync(join(dir, 'index')).length;
  await store.compact();
  expect(readdirSync(join(dir, 'index')).length).toBeLessThan(before);
  for (const light of [true, false]) {
    const reader = await openReader(dir, { light });
    const hits = await reader.searchText(parseQuery('walrus'), 1000);
    const passages = await reader.read(hits.map(({ chunk }) => chunk));
    expect(passages.size).toBe(503);
    expect(new Set([...passages.values()].map((passage) => passage.document.title))).toEqual(new Set(['at the end']));
    await reader.close();
  }
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

it.each([
  ['in a thread', 'dist/workers/merge.js'],
  ['itself where the thread fails', 'dist/workers/none.js'],
])('merges %s while documents come and go', async (_, worker) => {
  const dir = mkdtempSync(join(tmpdir(), 'rag-merge-'));
  const store = await openWriter(dir, { merging: { worker: pathToFileURL(worker), fewest: 1 } });
  for (let i = 0; i < 60; i++) {
    await store.put([documentOf(`${i % 40}.txt`, [`walrus version ${i} `, 'penguin'])]);
    if (i % 7 === 6) await store.remove(`${i % 40}.txt`);
  }
  await store.compact();
  expect(await store.check()).toEqual([]);
  expect(readdirSync(join(dir, 'index')).filter((name) => name.endsWith('.seg')).length).toBeLessThan(12);
  for (const light of [true, false]) {
    const reader = await openReader(dir, { light });
    const { documents, chunks } = await reader.coverage();
    expect(documents).toBe(40 - 6);
    const hits = await reader.searchText(parseQuery('walrus penguin'), 1000);
    expect(new Set(hits.map(({ chunk }) => chunk)).size).toBe(chunks);
    const passages = await reader.read(hits.map(({ chunk }) => chunk));
    const versions = [...passages.values()].filter(({ chunk }) => chunk.position === 0).map(({ chunk }) => chunk.text);
    expect(versions).toContain('walrus version 59 ');
    expect(versions).not.toContain('walrus version 19 ');
    await reader.close();
  }
  await store.prune();
  expect(await store.check()).toEqual([]);
  await store.close();
  expect(readdirSync(join(dir, 'index'))).not.toContain('merging.seg');
  rmSync(dir, { recursive: true, force: true });
});

it('shows labels as they are now, before and after they are merged in', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'rag-merge-'));
  const store = await openWriter(dir);
  await store.put([documentOf('a.txt', ['walrus']), documentOf('b.txt', ['penguin'])]);
  await store.label('a.txt', { collection: 'work', tags: { x: 'y' } });
  await store.touch('b.txt', 5);
  const shown = async () => {
    const reader = await openReader(dir, { light: true });
    const hits = await reader.searchText(parseQuery('walrus penguin'), 10);
    const passages = [...(await reader.read(hits.map(({ chunk }) => chunk))).values()];
    await reader.close();
    return passages
      .map(({ document }) => [document.source, document.collection, document.tags, document.mtimeMs])
      .sort();
  };
  const expected = [
    ['a.txt', 'work', { x: 'y' }, 1_700_000_000_000],
    ['b.txt', 'default', {}, 5],
  ];
  expect(await shown()).toEqual(expected);
  await store.compact();
  expect(await shown()).toEqual(expected);
  await store.prune();
  expect(await shown()).toEqual(expected);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

it('keeps segments few, and merges inside a commit rare', () => {
  const sized = (chunks: number) => ({ chunks }) as Segment;
  let segments: Segment[] = [];
  let moved = 0;
  const replace = ([from, to]: [number, number]) => {
    const sum = segments.slice(from, to).reduce((total, { chunks }) => total + chunks, 0);
    moved += sum;
    segments = [...segments.slice(0, from), sized(sum), ...segments.slice(to)];
  };
  for (let i = 0; i < 3000; i++) {
    segments.push(sized(10));
    const group = crowded(segments, 10);
    if (group) replace(group);
    expect(segments.length).toBeLessThan(50);
  }
  expect(moved).toBeLessThan(30_000 * 6);
  const last = mergeable(segments);
  if (last) replace(last);
  expect(segments.length).toBeLessThan(8);
  expect(segments.reduce((sum, { chunks }) => sum + chunks, 0)).toBe(30_000);
});
