import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Pixels } from '../../src/ocr/ocr.ts';
import { openPpocr } from '../../src/ocr/ppocr/pool.ts';

// A child that does as the first byte of the image says: dies, hangs, answers, or reads out its environment.
const dir = mkdtempSync(join(tmpdir(), 'rag-ocr-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const child = join(dir, 'child.mjs');
writeFileSync(
  child,
  `process.on('disconnect', () => process.exit());
process.once('message', () => {
  process.send({ ready: true });
  process.on('message', ({ width, height, data }) => {
    if (data[0] === 1) process.kill(process.pid, 'SIGKILL');
    if (data[0] === 0) process.send({ recognition: { width, height, turned: 0, lines: [] } });
    const text = JSON.stringify(process.env);
    if (data[0] === 3) process.send({ recognition: { width, height, turned: 0, lines: [{ text }] } });
  });
});`,
);

const image = (what: 0 | 1 | 2 | 3): Pixels => ({ width: 1, height: 1, data: Uint8Array.from([what, 0, 0]) });
const open = () =>
  openPpocr({ ...{ models: dir, workers: 1, threads: 1, timeoutSeconds: 1 }, workerUrl: pathToFileURL(child) });

describe('a child that recognises text', () => {
  it('may die or hang: that image fails, the next one gets a new child', async () => {
    const ocr = open();
    const code = (problem: string) => expect.objectContaining({ problem: expect.objectContaining({ code: problem }) });
    const answers = await Promise.allSettled([0, 1, 0, 2, 0].map((what) => ocr.recognise(image(what as 0 | 1 | 2))));
    expect(answers.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    ]);
    expect((answers[1] as PromiseRejectedResult).reason).toEqual(code('crashed'));
    expect((answers[3] as PromiseRejectedResult).reason).toEqual(code('timeout'));
    await ocr.close();
  });

  it('is left by an aborted call, while it works and while it waits', async () => {
    const ocr = open();
    const stop = new AbortController();
    const hung = ocr.recognise(image(2), stop.signal);
    const waiting = ocr.recognise(image(0), stop.signal);
    stop.abort(new Error('enough'));
    await expect(hung).rejects.toThrow('enough');
    await expect(waiting).rejects.toThrow('enough');
    expect(await ocr.recognise(image(0))).toMatchObject({ lines: [] });
    await ocr.close();
  });

  it('inherits the environment, with glibc told to give memory back', async () => {
    const ocr = open();
    const { lines } = await ocr.recognise(image(3));
    await ocr.close();
    const glibc = process.platform === 'linux' ? { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '8388608' } : {};
    expect(JSON.parse(lines[0]!.text)).toMatchObject({ PATH: process.env.PATH, ...glibc });
  });
});
