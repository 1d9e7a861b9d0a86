import { cpSync } from 'node:fs';
import { expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { questions, writeCorpus } from '../support/corpus.ts';
import { folder, put } from '../support/rag.ts';
import { random } from '../support/random.ts';

/** 100 in the acceptance run: RAG_KILLS=100. */
const KILLS = Number(process.env.RAG_KILLS ?? 6);

/** What must not depend on how often the writer died; times do. */
async function state(cwd: string): Promise<string> {
  const listed = await command(cwd, ['list', '--json']);
  const { documents, unread } = JSON.parse(listed.out).result;
  const sources = documents.map((one: { source: string }) => one.source);
  const shown = await command(cwd, ['show', sources[7], '--text']);
  const batch = await command(cwd, ['search', '--batch', 'questions.jsonl', '-k', '5', '--json']);
  const hits = batch.out
    .trim()
    .split('\n')
    .map((line) => {
      const { id, result } = JSON.parse(line);
      return [id, result.coverage, result.hits];
    });
  const lines = documents.map(({ ingested: _, ...rest }: { ingested: string }) => rest);
  return JSON.stringify([lines, unread, shown.out, hits]);
}

it(`ends the same after ${KILLS} kill -9 at random moments as without`, { timeout: 600_000 }, async () => {
  const calm = folder();
  writeCorpus(calm, 60);
  put(calm, 'questions.jsonl', questions(12));
  const killed = folder();
  cpSync(calm, killed, { recursive: true });
  const ingest = ['ingest', '.', '--exclude', 'questions.jsonl', '--json', '-v'];
  const started = performance.now();
  expect((await command(calm, ingest)).code).toBe(0);
  const whole = performance.now() - started;

  const next = random(7);
  let died = 0;
  const reported = new Set<string>();
  for (let i = 0; i < KILLS; i++) {
    const { signal, err } = await command(killed, ingest, 30 + next() ** 2 * whole);
    if (signal === 'SIGKILL') died++;
    for (const [, source] of err.matchAll(/"type":"file","source":"([^"]+)","status":"added"/g)) reported.add(source!);
    const list = await command(killed, ['list', '--json']);
    expect(list.code, list.err).toBe(0);
    const there = new Set(JSON.parse(list.out).result.documents.map((one: { source: string }) => one.source));
    for (const source of reported) expect(there.has(source), `${source} was reported and is lost`).toBe(true);
  }
  expect(died).toBeGreaterThan(0);
  const last = await command(killed, ingest);
  expect(last.code, last.err).toBe(0);
  expect(JSON.parse(last.out).result.pending).toBe(0);
  expect(await state(killed)).toBe(await state(calm));
  const doctor = await command(killed, ['doctor', '--json']);
  expect(JSON.parse(doctor.out).result.checks.find((check: { name: string }) => check.name === 'index').status).toBe(
    'ok',
  );
});
