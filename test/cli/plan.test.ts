import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeCorpus } from '../support/corpus.ts';
import { pdf } from '../support/pdf.ts';
import { folder, put, rag } from '../support/rag.ts';

it('says what an ingest would be, changes nothing, and is about right', async () => {
  const cwd = folder();
  writeCorpus(cwd, 60);
  put(cwd, 'paper.pdf', Buffer.from(pdf([{ lines: ['one walrus'] }, { lines: ['two walruses'] }])));
  const planned = await rag({ cwd }, 'ingest', '.', '--plan', '--json');
  const { plan } = planned.json.result;
  expect([planned.code, plan.files, plan.pages, plan.ocrPages]).toEqual([0, 61, 2, 0]);
  expect(plan.types).toEqual({ md: 60, pdf: 1 });
  expect(plan.embedSeconds).toBeGreaterThan(0);
  expect(plan.peakMemoryBytes).toBeGreaterThan(100 * 2 ** 20);
  expect(plan.cost).toBeUndefined();
  expect(existsSync(join(cwd, '.rag'))).toBe(false);

  const { json } = await rag({ cwd }, 'ingest', '.', '--no-embed', '--json');
  expect(json.result.bytes).toBe(plan.bytes);
  expect(plan.chunks / json.result.chunks).toBeCloseTo(1, 0);
  const again = await rag({ cwd }, 'ingest', '.', '--plan', '--json');
  expect(again.json.result.plan).toMatchObject({ files: 0, unchanged: 61, chunks: 0 });
});

it('names a price only where one is paid, and sends nothing to find it', async () => {
  const cwd = folder();
  writeCorpus(cwd, 5);
  const env = {
    EMBEDDING_MODEL: 'text-embedding-3-small',
    OPENAI_BASE_URL: 'http://127.0.0.1:9',
    EMBEDDING_PRICE: '2',
  };
  const { json } = await rag({ cwd, env }, 'ingest', '.', '--plan', '--json');
  const { plan } = json.result;
  expect(plan.cost).toBeGreaterThan(0);
  expect(plan.embedSeconds).toBeUndefined();
});
