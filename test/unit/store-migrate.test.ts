import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openReader, openWriter } from '../../src/store/sqlite/sqlite.ts';
import { parseQuery } from '../../src/text/query.ts';
import { writeFormat2 } from '../support/format2.ts';
import { axis } from '../support/store.ts';

it('takes a home of format 2 over: text, old versions, vectors, what waits', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'rag-format2-'));
  writeFormat2(dir);
  await expect(openReader(dir)).rejects.toMatchObject({ code: 'config', hint: expect.stringContaining('rag ingest') });
  const copies: string[] = [];
  const store = await openWriter(dir, { migrated: (copy) => copies.push(copy) });
  expect(copies).toEqual([join(dir, 'rag.db.v2.bak')]);
  expect(existsSync(copies[0]!)).toBe(true);
  expect(await store.coverage()).toEqual({ documents: 2, chunks: 2, embedded: 1, bytes: 17, versions: 1 });
  expect(await store.fingerprint()).toMatchObject({ model: 'm', dimensions: 16, runtimes: { test: 2 } });
  const sources = async (question: string, asOf?: string) => {
    const hits = await store.searchText(parseQuery(question), 9, asOf === undefined ? undefined : { asOf });
    const passages = await store.read(hits.map(({ chunk }) => chunk));
    return [...passages.values()].map(({ chunk }) => chunk.text);
  };
  expect(await sources('walrus')).toEqual(['new walrus']);
  expect(await sources('walrus', '2026-01-15T00:00:00.000Z')).toEqual(['old walrus']);
  expect(await sources('penguin')).toEqual(['penguin']);
  const [near] = await store.searchVector(axis(1), 1);
  expect(near!.score).toBeGreaterThan(0.99);
  expect(await store.check()).toEqual([]);
  await store.prune();
  expect(await store.fingerprint()).toMatchObject({ runtimes: { test: 1 } });
  expect((await store.searchVector(axis(1), 5)).map(({ score }) => score)).toEqual([near!.score]);
  expect(await store.check()).toEqual([]);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});
