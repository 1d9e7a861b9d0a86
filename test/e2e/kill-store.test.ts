import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { openReader, openWriter } from '../../src/store/sqlite/sqlite.ts';
import { parseQuery } from '../../src/text/query.ts';
import { random } from '../support/random.ts';
import { collect } from '../support/store.ts';

/** 500 in the acceptance run: RAG_KILLS=500. */
const KILLS = Number(process.env.RAG_KILLS ?? 12);

/** Runs the writer and kills it after a while; what it said. */
function killed(args: string[], after: number): Promise<string[]> {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      if (out === '') setTimeout(() => child.kill('SIGKILL'), after);
      out += part;
    });
    // What was written to the pipe before the kill arrives behind it; half a line does not count.
    child.on('close', () =>
      done(
        out
          .slice(0, out.lastIndexOf('\n') + 1)
          .split('\n')
          .filter(Boolean),
      ),
    );
  });
}

/** The writer and what it needs, as one file. */
async function bundleWriter(): Promise<string> {
  // Where it finds the addon.
  const bundle = resolve(`node_modules/.kill-writer-${process.pid}-${Math.random()}.mjs`);
  await build({
    stdin: {
      contents: `export { openWriter } from './src/store/sqlite/sqlite.ts';
        export { axis, documentOf } from './test/support/store.ts';
        export { random } from './test/support/random.ts';`,
      resolveDir: process.cwd(),
    },
    ...{
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['better-sqlite3'],
      logLevel: 'error',
    },
  });
  return bundle;
}

it(`loses and doubles nothing in ${KILLS} kills of put, merge and prune`, { timeout: 1_800_000 }, async () => {
  const work = mkdtempSync(join(tmpdir(), 'rag-kill-'));
  const dir = join(work, 'home');
  const bundle = await bundleWriter();
  // The text that each source must have; two where a kill fell between a commit and its report.
  const expected = new Map<string, (string | undefined)[]>();
  const next = random(3);
  for (let kill = 0; kill < KILLS; kill++) {
    const lines = await killed(['test/support/kill-writer.mjs', bundle, dir, String(kill)], next() ** 2 * 400);
    let begun: string | undefined;
    for (const line of lines.map((one) => JSON.parse(one) as Record<string, string>)) {
      if (line.begin) begun = line.begin;
      if (line.put) expected.set(line.put, [line.text]);
      if (line.removed) expected.set(line.removed, [undefined]);
      if (line.put || line.removed) begun = undefined;
    }
    for (const light of [true, false]) {
      const reader = await openReader(dir, { light });
      const found = new Map<string, string>();
      for await (const document of reader.documents()) {
        expect(found.has(document.source)).toBe(false);
        found.set(document.source, (await collect(reader.text(document))).join(''));
      }
      for (const [source, texts] of expected)
        if (source !== begun) expect(texts, `${source} after kill ${kill}`).toContain(found.get(source));
      // The files tell the same: each current chunk once, and none else.
      const { chunks, documents } = await reader.coverage();
      expect(documents).toBe(found.size);
      const query = parseQuery('walrus penguin tea backup restore 数据库 备份 恢复 index query shard replica');
      const hits = await reader.searchText(query, 100_000);
      expect(hits.length).toBe(chunks);
      const texts = new Map<string, [number, string][]>();
      for (const { chunk, document } of (await reader.read(hits.map((hit) => hit.chunk))).values())
        texts.set(document.source, [...(texts.get(document.source) ?? []), [chunk.position, chunk.text]]);
      for (const [source, parts] of texts)
        expect(
          parts
            .sort((a, b) => a[0] - b[0])
            .map(([, text]) => text)
            .join(''),
        ).toBe(found.get(source));
      await reader.close();
      if (begun !== undefined) expected.set(begun, [found.get(begun)]);
    }
    if (kill % 10 === 9) {
      const store = await openWriter(dir);
      expect(await store.check()).toEqual([]);
      await store.close();
    }
  }
  expect(expected.size).toBeGreaterThan(5);
  rmSync(bundle);
  rmSync(work, { recursive: true, force: true });
});

it('lets readers come and go while it writes, merges and prunes', { timeout: 120_000 }, async () => {
  const work = mkdtempSync(join(tmpdir(), 'rag-readers-'));
  const dir = join(work, 'home');
  const bundle = await bundleWriter();
  const writer = killed(['test/support/kill-writer.mjs', bundle, dir, '77'], 6000);
  let over = false;
  void writer.then(() => {
    over = true;
  });
  const query = parseQuery('walrus penguin tea backup restore 数据库 备份 恢复 index query shard replica');
  const commits = new Set<number>();
  let reads = 0;
  while (!over) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const reader = await openReader(dir, { light: reads % 2 === 0 });
    const { chunks } = await reader.coverage();
    const hits = await reader.searchText(query, 100_000);
    expect(hits.length).toBe(chunks);
    expect((await reader.read(hits.map(({ chunk }) => chunk))).size).toBe(chunks);
    await reader.close();
    commits.add(chunks);
    reads++;
  }
  expect(reads).toBeGreaterThan(20);
  expect(commits.size).toBeGreaterThan(3);
  rmSync(bundle);
  rmSync(work, { recursive: true, force: true });
});
