import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folder, put, rag } from '../support/rag.ts';

const GUIDE = (i: number, thing: string, place: string) => `# Guide ${i}

## Storage of devices

A ${thing} is a device that hums when the ${place} is open, and it must never be ${['painted green or yellow', 'washed with vinegar or brine', 'carried upstairs by apprentices'][i]}.

Where do I leave the ${thing} overnight? Put it behind the ${place}, with the ${thing}'s handle towards the window of the porter.

| Part | Weight | Colour |
|---|---|---|
| ${thing} handle | ${i}50 g | ${place} grey |
`;
const 手册 =
  '# 手册\n\n## 备份\n\n快照是指在某个时刻对全部数据所做的只读副本，可以用来恢复数据。\n\n备份保留多久？备份保留三十五天，每月第一个备份保留两年，由值班人员负责。\n';

async function home(): Promise<string> {
  const cwd = folder({ '手册.md': 手册 });
  for (const [i, [thing, place]] of [
    ['spindle', 'harbour'],
    ['lantern', 'kitchen'],
    ['compass', 'tower'],
  ].entries())
    put(cwd, `guide-${i}.md`, GUIDE(i, thing!, place!));
  await rag({ cwd }, 'ingest', '.', '--no-embed');
  return cwd;
}
const run = (cwd: string, ...args: string[]) => rag({ cwd }, 'eval', 'run', '--mode', 'lexical', '--json', ...args);

describe('rag eval', () => {
  it('makes questions of every kind in both languages, the same ones each time, none with its heading in it', async () => {
    const cwd = await home();
    const { json } = await rag({ cwd }, 'eval', 'init', 'q.jsonl', '--json');
    const kinds = Object.keys(json.result.sets);
    for (const kind of ['definition-en', 'definition-zh', 'faq-en', 'faq-zh', 'heading-en', 'table-en', 'statement-en'])
      expect(kinds).toContain(kind);
    const text = readFileSync(join(cwd, 'q.jsonl'), 'utf8');
    const questions = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const { set, question } of questions)
      if (/^(heading|statement)-en/.test(set)) expect(question).not.toMatch(/storage/i);
    await rag({ cwd }, 'eval', 'init', 'again.jsonl', '--json');
    expect(readFileSync(join(cwd, 'again.jsonl'), 'utf8')).toBe(text);
  });

  it('measures, keeps the history, and the gate sees a regression', async () => {
    const cwd = await home();
    await rag({ cwd }, 'eval', 'init');
    const first = await run(cwd, '--gate');
    expect([first.code, first.json.result.worse]).toEqual([0, []]);
    for (const set of first.json.result.sets) {
      expect(set.queries).toBeGreaterThan(0);
      expect(set.ndcg10).toBeGreaterThan(0.6);
    }
    expect((await run(cwd, '--gate')).code).toBe(0);
    rmSync(join(cwd, 'guide-1.md'));
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    const worse = await run(cwd, '--gate');
    expect(worse.code).toBe(8);
    expect(worse.json.result.worse[0]).toMatchObject({ metric: expect.any(String), before: expect.any(Number) });
  });

  it('measures answers where references are given, and refusals', async () => {
    const cwd = await home();
    put(
      cwd,
      'qa.jsonl',
      [
        { question: 'Where do I leave the lantern overnight?', doc: 'guide-1.md', answers: ['behind the kitchen'] },
        { question: '备份保留多久？', doc: '手册.md', answers: ['三十五天'] },
        { question: 'Who invented the transistor radio?', unanswerable: true },
      ]
        .map((one) => JSON.stringify(one))
        .join('\n'),
    );
    for (const noise of [[], ['--noise', '2']]) {
      const { json } = await run(cwd, 'qa.jsonl', ...noise);
      expect(json.result.sets[0]).toMatchObject({ queries: 2, answers: { any: 1, answered: 1, refused: 1 } });
    }
  });

  it('says what is wrong with questions that are none', async () => {
    const cwd = await home();
    put(cwd, 'bad.jsonl', '{"question":"fine"}\nnot json\n');
    const bad = await run(cwd, 'bad.jsonl');
    expect([bad.code, bad.json.error.message]).toEqual([2, expect.stringContaining('line 2')]);
    expect((await run(cwd, 'none.jsonl')).code).toBe(6);
    expect((await rag({ cwd: folder() }, 'eval', 'init')).code).not.toBe(0);
  });
});
