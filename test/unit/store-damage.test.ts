import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openReader, openWriter } from '../../src/store/sqlite/sqlite.ts';
import type { StoreReader } from '../../src/store/store.ts';
import { parseQuery } from '../../src/text/query.ts';
import { random } from '../support/random.ts';
import { axis, collect, documentOf } from '../support/store.ts';

const WORDS = 'walrus penguin tea backup restore 数据库 备份 恢复 index query'.split(' ');
const dirs: string[] = [];
const folder = () => {
  const dir = mkdtempSync(join(tmpdir(), 'rag-damage-'));
  dirs.push(dir);
  return dir;
};
afterAll(() => {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});

/** Several segments, hidden chunks, vectors. */
async function write(dir: string): Promise<void> {
  const store = await openWriter(dir);
  const next = random(5);
  const text = () => Array.from({ length: 40 }, () => WORDS[Math.floor(next() ** 2 * WORDS.length)]).join(' ');
  for (let i = 0; i < 30; i++) await store.put([documentOf(`${i}.txt`, [text(), text(), `only ${i}`])]);
  for (let i = 0; i < 4; i++) await store.put([documentOf(`${i}.txt`, [text()])]);
  const pending = await collect(store.pending());
  await store.putVectors('m', 'test', new Map(pending.map(({ hash }, i) => [hash, axis(i, 48, 0.1 + i / 100)])));
  await store.close();
}

/** What the home says to a few questions. */
async function answers(reader: StoreReader): Promise<string> {
  const result: unknown[] = [await reader.coverage()];
  for (const question of ['walrus tea', '数据库 备份', 'only 7', '"backup restore" -tea', 'query index penguin']) {
    const query = parseQuery(question);
    const hits = [...(await reader.searchText(query, 20)), ...(await reader.searchVector(axis(3, 48), 20))];
    const ids = hits.map(({ chunk }) => chunk);
    const texts = [...(await reader.read(ids)).values()].map(({ chunk, document }) => [chunk.text, document.source]);
    result.push(hits, [...(await reader.score(ids, query, axis(3, 48)))], texts);
  }
  const terms = [...(await reader.termsFrom('p', 9)).keys()];
  const begun = { ...parseQuery(''), begun: [{ word: 'p', terms }] };
  result.push(terms, await reader.searchText(begun, 20));
  return JSON.stringify(result);
}

async function ask(dir: string, light: boolean): Promise<string> {
  const reader = await openReader(dir, { light });
  try {
    return await answers(reader);
  } finally {
    await reader.close();
  }
}

it('never answers from a flipped bit or a cut file, names it, and repairs it', { timeout: 120_000 }, async () => {
  const calm = folder();
  await write(calm);
  const right = await ask(calm, true);
  expect(await ask(calm, false)).toBe(right);
  const files = readdirSync(join(calm, 'index'));
  expect(files.length).toBeGreaterThan(3);
  const next = random(11);
  let refused = 0;
  let named = 0;
  const rounds = Number(process.env.RAG_FLIPS ?? 120);
  for (let round = 0; round < rounds; round++) {
    const dir = folder();
    cpSync(calm, dir, { recursive: true });
    const name = files[round % files.length]!;
    const path = join(dir, 'index', name);
    const bytes = readFileSync(path);
    if (round % 5 === 4) truncateSync(path, Math.floor(next() * bytes.length));
    else {
      bytes[Math.floor(next() * bytes.length)]! ^= 1 << Math.floor(next() * 8);
      writeFileSync(path, bytes);
    }
    for (const light of [true, false]) {
      const answer = await ask(dir, light).catch((error: { code: string; message: string }) => {
        expect(error.code, error.message).toBe('verify');
        expect(error.message).toContain(join(dir, 'index'));
        refused++;
        return right;
      });
      expect(answer, `${name}, light: ${light}`).toBe(right);
    }
    const damage = await openReader(dir).then(
      (reader) => reader.check().finally(() => reader.close()),
      (error: Error) => [error.message],
    );
    if (damage.length > 0) named++;
    const store = await openWriter(dir, { repair: true });
    await store.repair();
    expect(await store.check()).toEqual([]);
    for (const { hash } of await collect(store.pending())) {
      const all = await vectorsOf(calm);
      await store.putVectors('m', 'test', new Map([[hash, all.get(hash)!]]));
    }
    await store.close();
    expect(JSON.parse(await ask(dir, true))[0]).toEqual(JSON.parse(right)[0]);
    expect(await ask(dir, true)).toBe(right);
    rmSync(dir, { recursive: true, force: true });
  }
  expect(refused).toBeGreaterThan(rounds / 2);
  expect(named).toBeGreaterThan(rounds / 2);
});

async function vectorsOf(dir: string): Promise<Map<string, Float32Array>> {
  const copy = folder();
  cpSync(dir, copy, { recursive: true });
  const store = await openWriter(copy);
  await store.dropVectors();
  const pending = await collect(store.pending());
  await store.close();
  return new Map(pending.map(({ hash }, i) => [hash, axis(i, 48, 0.1 + i / 100)]));
}
