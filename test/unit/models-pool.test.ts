import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openPool } from '../../src/models/builtin/pool.ts';

const folder = mkdtempSync(join(tmpdir(), 'rag-pool-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A worker that speaks the pool's language and does `onIds` with each text. */
function workerOf(name: string, onIds: string, start = "process.send({ runtime: 'test' });"): URL {
  const file = join(folder, `${name}.mjs`);
  const onMessage = `process.on('message', (ids) => { ${onIds} });`;
  writeFileSync(file, `process.once('message', () => { ${onMessage} ${start} });`);
  return pathToFileURL(file);
}

const open = (workerUrl: URL, workers = 2) =>
  openPool({ derived: '', vendored: '', workers, workerUrl, engine: 'wasm' });
const idsOf = (i: number) => Int32Array.of(i);
const echo = 'process.send({ vector: Float32Array.of(ids[0]) });';

describe('worker pool', { timeout: 20_000 }, () => {
  it('keeps the order though one worker is slower, and asks for ids only shortly before they are due', async () => {
    const pause = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ids[0] % 2 ? 20 : 0);';
    const pool = await open(workerOf('slow', `${pause} ${echo}`));
    let asked = 0;
    const work = pool.embed(100, (i) => {
      asked++;
      return idsOf(i);
    });
    expect(asked).toBe(8);
    expect((await work).map(([value]) => value)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    await pool.close();
  });

  it('fails all work, then and later, when a worker dies', async () => {
    const pool = await open(workerOf('dies', `if (ids[0] === 5) process.exit(7); ${echo}`));
    const other = pool.embed(1000, () => idsOf(0));
    await expect(pool.embed(10, idsOf)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(other).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('exit code 7') });
    await expect(pool.embed(1, idsOf)).rejects.toMatchObject({ code: 'unavailable' });
    await pool.close();
  });

  it('names the signal that ended a worker', async () => {
    const pool = await open(workerOf('killed', "process.kill(process.pid, 'SIGKILL');"), 1);
    await expect(pool.embed(1, idsOf)).rejects.toMatchObject({ message: expect.stringContaining('SIGKILL') });
    await pool.close();
  });

  it('fails one text without failing the pool', async () => {
    const pool = await open(
      workerOf('fails', `process.send(ids[0] === 1 ? { error: 'bad' } : { vector: Float32Array.of(1) });`),
    );
    await expect(pool.embed(2, idsOf)).rejects.toMatchObject({ message: expect.stringContaining('bad') });
    expect(await pool.embed(1, idsOf)).toHaveLength(1);
    await pool.close();
  });

  it('does not open with a worker that ends, or reports an error, at the start', async () => {
    await expect(open(workerOf('ends', echo, 'process.exit(3);'))).rejects.toMatchObject({ code: 'unavailable' });
    const refuses = workerOf('refuses', echo, "process.send({ error: 'no model' });");
    await expect(open(refuses)).rejects.toMatchObject({ message: expect.stringContaining('no model') });
    await expect(open(pathToFileURL(join(folder, 'missing.mjs')))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('gives up waiting work on the signal, other calls go on', async () => {
    const later = 'setTimeout(() => process.send({ vector: Float32Array.of(ids[0]) }), 5);';
    const pool = await open(workerOf('later', later));
    const controller = new AbortController();
    const reason = new Error('stop');
    const stopped = pool.embed(500, idsOf, controller.signal);
    const other = pool.embed(20, idsOf);
    setTimeout(() => controller.abort(reason), 30);
    await expect(stopped).rejects.toBe(reason);
    expect((await other).map(([value]) => value)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    await pool.close();
  });

  it('refuses work once it is closed', async () => {
    const pool = await open(workerOf('echo', echo));
    const late = pool.embed(1000, idsOf);
    const closing = pool.close();
    await expect(late).rejects.toMatchObject({ code: 'unavailable' });
    await closing;
    await expect(pool.embed(1, idsOf)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
