import { copyFileSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pdf } from '../support/pdf.ts';
import { folder, rag } from '../support/rag.ts';

const FIXTURES = resolve('test/fixtures/ocr');

function images(...names: string[]): string {
  const cwd = folder({ 'notes.txt': 'A plain note.\n' });
  for (const name of names) copyFileSync(join(FIXTURES, name), join(cwd, name));
  return cwd;
}

async function first(cwd: string, question: string) {
  const { json } = await rag({ cwd }, 'search', question, '--mode', 'lexical', '--json');
  return json.result.hits[0];
}

describe('text in images', () => {
  it('is found in English, simplified and traditional Chinese, with its confidence', { timeout: 120_000 }, async () => {
    const cwd = images('lighthouse.png', 'tea-zh-hans.png', 'library-zh-hant.png');
    const ran = await rag({ cwd }, 'ingest', '.', '--no-embed', '--json');
    expect(ran.json.result).toMatchObject({ added: 4, failed: 0, skipped: 0 });
    expect(await first(cwd, 'passing ships 1887')).toMatchObject({ source: 'lighthouse.png' });
    expect(await first(cwd, '仓库清点')).toMatchObject({ source: 'tea-zh-hans.png' });
    expect(await first(cwd, '借閱證遺失')).toMatchObject({ source: 'library-zh-hant.png' });
    const { json } = await rag({ cwd }, 'show', 'lighthouse.png', '--json');
    expect(json.result.text).toContain('recorded 412 passing ships in March 1887.\nEach entry');
    expect(json.result.sections[0].locator.ocr).toBeGreaterThan(0.9);
  });

  it('is found on scanned pages of a PDF, beside pages that have text', { timeout: 120_000 }, async () => {
    const scan = { jpeg: readFileSync(join(FIXTURES, 'scan.jpg')), width: 620, height: 196 };
    const cwd = folder({
      'minutes.pdf': Buffer.from(pdf([{ lines: ['A typed first page about herons.'] }, { lines: [], scan }])),
    });
    const off = await rag({ cwd }, 'ingest', '.', '--no-embed', '--ocr', 'off', '--json');
    expect(off.json.result.files).toMatchObject([{ status: 'partial', code: 'no_text' }]);
    const on = await rag({ cwd }, 'ingest', '.', '--no-embed', '--json');
    expect(on.json.result).toMatchObject({ updated: 1, partial: 0, failed: 0 });
    const hit = await first(cwd, 'eastern arch stones');
    expect(hit).toMatchObject({ source: 'minutes.pdf', locator: { page: 2 } });
    expect(hit.locator.ocr).toBeGreaterThan(0.5);
    expect((await first(cwd, 'herons')).locator.ocr).toBeUndefined();
  });

  it('is left alone when switched off, and read as soon as it is on again', { timeout: 120_000 }, async () => {
    const cwd = images('lighthouse.png');
    const off = await rag({ cwd }, 'ingest', '.', '--no-embed', '--ocr', 'off', '--json');
    expect(off.json.result.files).toEqual([
      {
        ...{ source: 'lighthouse.png', status: 'skipped', code: 'unsupported' },
        reason: 'png image: text recognition is off; --ocr auto reads it',
      },
    ]);
    const on = await rag({ cwd }, 'ingest', '.', '--no-embed', '--json');
    expect(on.json.result).toMatchObject({ added: 1, unchanged: 1, skipped: 0 });
    expect(await first(cwd, 'lighthouse keeper')).toMatchObject({ source: 'lighthouse.png' });
  });
});
