import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { ingest } from '../../src/pipeline/ingest.ts';
import { openSandbox } from '../../src/readers/sandbox.ts';
import { openWriter } from '../../src/store/sqlite/sqlite.ts';
import { version } from '../../src/version.ts';
import { inputDefaults } from '../../src/wiring.ts';
import { command } from '../support/command.ts';
import { folder } from '../support/rag.ts';
import { writeZoo } from '../support/zoo.ts';

/** 5,000 in the acceptance run: RAG_ZOO=5000. */
const FILES = Number(process.env.RAG_ZOO ?? 700);

/** The real reader, in a thread that ends itself somewhere in one file of a hundred. */
const dying = (prepare: string) => `
import { parentPort } from 'node:worker_threads';
await import(${JSON.stringify(prepare)});
parentPort.on('message', (message) => {
  if (message.type === 'job' && Math.random() < 0.01) setTimeout(() => process.exit(1), Math.random() * 5);
});`;

it(`reads ${FILES} files of 14 types while a reader dies at random; the next run reads what is missing`, async () => {
  const cwd = folder();
  const sources = writeZoo(cwd, FILES).sort();
  const worker = join(folder(), 'worker.mjs');
  writeFileSync(worker, dying(pathToFileURL(resolve('dist/workers/prepare.js')).href));
  const sandbox = openSandbox({
    ...{ workerUrl: pathToFileURL(worker), workers: 2, timeoutSeconds: 60, memoryMb: 256 },
    workerData: { tokenizerFile: resolve('dist/models/e5tok.bin') },
  });
  const store = await openWriter(join(cwd, '.rag'));
  const values = { MAX_FILE_SIZE: 2 ** 20, ALLOWED_FILE_TYPES: [], COLLECTION: 'default' };
  const first = await ingest(
    { store, sandbox, version: version(), parallel: 9 },
    {
      ...inputDefaults({ config: { values }, ocrMode: () => 'off' } as unknown as Context),
      paths: ['.'],
      cwd,
      root: cwd,
    },
    { report() {}, signal: new AbortController().signal },
  );
  await sandbox.close();
  await store.close();
  const died = first.files.filter(({ status }) => status === 'failed');
  expect(died.length).toBeGreaterThan(0);
  expect(new Set(died.map(({ code }) => code))).toEqual(new Set(['crashed']));
  const lost = new Set(died.map(({ source }) => source));
  const listed = async () => {
    const { documents } = JSON.parse((await command(cwd, ['list', '--json'])).out).result;
    return documents.map(({ source }: { source: string }) => source).sort();
  };
  // A member is lost with the archive whose reader died, unless it was committed before.
  const kept = sources.filter((source) => !lost.has(source) && !lost.has(source.split('!/')[0]!));
  expect(await listed()).toEqual(expect.arrayContaining(kept));

  const second = JSON.parse((await command(cwd, ['ingest', '.', '--no-embed', '--json', '-v'])).out).result;
  expect(await listed()).toEqual(sources);
  expect(second.failed + second.partial + second.skipped).toBe(0);
  expect(second.added).toBeLessThanOrEqual(died.length);
  const third = JSON.parse((await command(cwd, ['ingest', '.', '--no-embed', '--json'])).out).result;
  expect(third.unchanged).toBe(sources.length);
});
