import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openClient } from '../../src/client/client.ts';
import { eventually } from '../support/eventually.ts';
import { DOCKER, withService } from '../support/services.ts';
import { program, type Stack, stack } from '../support/stack.ts';

const FILES = 300;
/** Killed one after the other while files come in. */
const VICTIMS = ['worker', 'api', 'postgres', 'redis', 'qdrant', 'objectstore'];

withService(DOCKER, () => {
  let ours: Stack;
  beforeAll(async () => {
    ours = await stack();
    expect((await ours.rag('stack', 'up', '--yes')).code).toBe(0);
    expect((await ours.rag('stack', 'scale', '--yes', 'worker=2')).code).toBe(0);
  }, 300_000);
  afterAll(() => ours?.end());

  it(`takes ${FILES} files, each once, while every service is killed in turn`, { timeout: 600_000 }, async () => {
    const docs = join(ours.folder, 'docs');
    mkdirSync(docs);
    for (let n = 0; n < FILES; n++)
      writeFileSync(join(docs, `ward-${n}.md`), `# Ward ${n}\n\nThe keeper of ward ${n} counts ${n * 7} lamps.\n`);
    const key = await ours.token();
    const env = { RAG_API_URL: ours.url, RAG_API_KEY: key, RAG_HOME: 'stack' };
    const ingest = () => program([process.execPath, resolve('bin/rag.js'), 'ingest', '.', '--json', '-q'], docs, env);

    let killing = true;
    const kills = (async () => {
      for (const service of VICTIMS) {
        await pause(2000);
        for (const pid of await ours.pids(service)) process.kill(pid, 'SIGKILL');
      }
      killing = false;
    })();
    // As a user does: what stopped is started again, and goes on.
    let runs = 0;
    for (let code = -1; code !== 0 || killing; ) {
      expect(runs++).toBeLessThan(40);
      ({ code } = await ingest());
      if (code !== 0) await pause(2000);
    }
    await kills;
    const { documents } = await openClient({ url: ours.url, key, lang: 'en', note() {} }).documents(
      undefined,
      new AbortController().signal,
    );
    const names = documents.map(({ source }) => source).filter((source) => source.includes('ward-'));
    expect(new Set(names).size).toBe(FILES);
    expect(names).toHaveLength(FILES);
    await eventually(60, async () => {
      const { code, out } = await ours.rag('stack', 'status', '--deep', '--json');
      expect(code, out).toBe(0);
    });
    console.log(`${FILES} files by 2 workers, ${VICTIMS.length} services killed: ${runs} runs of rag ingest`);
  });
});
