import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { folder, put, rag } from '../support/rag.ts';
import { random } from '../support/random.ts';

const HANDBOOK = `# Handbook

## Backups

Backups are kept for 35 days. The first one of a month is kept for two years.

## Vacation

Everybody has 28 days of vacation a year. Five of them may be carried over.
`;
const 手册 = '# 手册\n\n## 备份\n\n备份保留三十五天。每月第一个备份保留两年。\n\n## 休假\n\n每人每年有二十八天假期。\n';

async function home(): Promise<string> {
  const cwd = folder({
    'handbook.md': HANDBOOK,
    '手册.md': 手册,
    'old.zip': Buffer.from(
      zipSync({ 'prices.txt': strToU8('The copper lantern costs 45 dollars in the harbour shop.\n') }),
    ),
  });
  await rag({ cwd }, 'ingest', '.', '--no-embed');
  return cwd;
}
const ask = async (cwd: string, question: string) =>
  (await rag({ cwd }, 'query', question, '--mode', 'lexical', '--json')).json;

describe('rag verify', () => {
  it('finds every quote where it was cited, in members of archives too', async () => {
    const cwd = await home();
    const answers = [];
    for (const question of ['How long are backups kept?', '备份保留多久？', 'What does the copper lantern cost?'])
      answers.push(await ask(cwd, question));
    put(cwd, 'answers.jsonl', answers.map((answer) => JSON.stringify(answer)).join('\n'));
    const { code, json } = await rag({ cwd }, 'verify', 'answers.jsonl', '--json');
    expect(code).toBe(0);
    expect(json.result).toMatchObject({ drifted: [], missing: [], moved: [] });
    expect(json.result.checked).toBeGreaterThanOrEqual(3);
    expect(json.result.valid).toBe(json.result.checked);
    // In CI there are the files and the answer, and no index.
    rmSync(join(cwd, '.rag'), { recursive: true });
    expect((await rag({ cwd }, 'verify', 'answers.jsonl')).code).toBe(0);
  });

  it('names what changed, what is gone, and a quote that was never there', async () => {
    const cwd = await home();
    const saved = await ask(cwd, 'How long are backups kept?');
    put(cwd, 'answer.json', JSON.stringify(saved));
    put(cwd, 'handbook.md', HANDBOOK.replace('35 days', '36 days'));
    const changed = await rag({ cwd }, 'verify', 'answer.json', '--json');
    expect(changed.code).toBe(8);
    expect(changed.json.result.drifted).toHaveLength(1);
    rmSync(join(cwd, 'handbook.md'));
    const gone = await rag({ cwd }, 'verify', 'answer.json', '--json');
    expect([gone.code, gone.json.result.missing.length]).toEqual([8, saved.result.citations.length]);
    put(cwd, 'handbook.md', HANDBOOK);
    saved.result.citations[0].quote = 'Backups are kept for 99 days.';
    put(cwd, 'forged.json', JSON.stringify(saved));
    const forged = await rag({ cwd }, 'verify', 'forged.json', '--json');
    expect([forged.code, forged.json.result.drifted[0].reason]).toEqual([8, expect.stringContaining('digest')]);
  });

  it('after random edits: every changed quote is reported, and no other', async () => {
    const cwd = await home();
    const next = random(11);
    const quotes = ['Backups are kept for 35 days.', 'Everybody has 28 days of vacation a year.'];
    const saved = [await ask(cwd, 'How long are backups kept?'), await ask(cwd, 'How many days of vacation?')];
    put(cwd, 'answers.json', JSON.stringify(saved));
    const cited = saved.flatMap(({ result }) => result.citations.map((one: { quote: string }) => one.quote));
    expect(cited).toEqual(expect.arrayContaining(quotes));
    for (let round = 0; round < 60; round++) {
      let text = HANDBOOK;
      for (let edits = 1 + Math.floor(next() * 2); edits > 0; edits--) {
        const at = Math.floor(next() * text.length);
        const cut = Math.floor(next() * 4);
        text =
          text.slice(0, at) +
          ['x', '', 'two words ', '\n\nA new paragraph.\n\n'][Math.floor(next() * 4)] +
          text.slice(at + cut);
      }
      writeFileSync(join(cwd, 'handbook.md'), text);
      const shown = readFileSync(join(cwd, 'handbook.md'), 'utf8');
      const { json } = await rag({ cwd }, 'verify', 'answers.json', '--json');
      const drifted = json.result.drifted.map((one: { quote: string }) => one.quote).sort();
      const changed = cited.filter((quote: string) => !shown.includes(quote)).sort();
      expect(drifted, JSON.stringify(text)).toEqual(changed);
    }
  });

  it('says what is wrong with a file that is no answer', async () => {
    const cwd = folder({ 'notes.txt': 'nothing', 'half.json': '{"citations":[{"source":"a"}]}' });
    for (const [name, code] of [
      ['notes.txt', 2],
      ['half.json', 2],
      ['none', 6],
    ] as const) {
      const { code: exit, err } = await rag({ cwd }, 'verify', name);
      expect([exit, err.split('\n').length]).toEqual([code, expect.any(Number)]);
      expect(err).toMatch(/^rag: /);
    }
  });
});

describe('conversations', () => {
  it('carries a follow-up, keeps the session, goes on with it', async () => {
    const cwd = await home();
    const first = await rag(
      { cwd, stdin: 'How long are backups kept?\nAnd the first one of a month?\n备份保留多久？\n' },
      ...['chat', '--mode', 'lexical', '--json'],
    );
    expect(first.code).toBe(0);
    const { session, turns } = first.json.result;
    expect(turns).toHaveLength(3);
    expect(turns[0].standalone).toBeUndefined();
    expect(turns[1].standalone).toContain('backups');
    expect(turns[1].answer).toContain('two years');
    expect(turns[2].answer).toContain('三十五天');
    for (const turn of turns) expect(turn.citations[0].sha256).toMatch(/^[0-9a-f]{64}$/);
    const again = await rag({ cwd, stdin: 'How long?\n' }, 'chat', '--resume', session, '--mode', 'lexical', '--json');
    expect(again.json.result.turns).toHaveLength(1);
    const { json } = await rag({ cwd }, 'chat', '--list', '--json');
    expect(json.result.sessions).toEqual([
      { id: session, title: 'How long are backups kept?', started: expect.any(String), turns: 4 },
    ]);
    expect((await rag({ cwd }, 'verify', session)).code).toBe(0);
    expect((await rag({ cwd }, 'chat', '--resume', 'nosuch')).code).toBe(6);
  });

  it('says which saved answers rest on text that has changed', async () => {
    const cwd = await home();
    await rag(
      { cwd, stdin: 'How long are backups kept?\nWhat does the copper lantern cost?\n' },
      'chat',
      '--mode',
      'lexical',
    );
    const stale = async () => (await rag({ cwd }, 'chats', 'stale', '--json')).json.result;
    expect(await stale()).toEqual({ answers: 2, stale: [] });
    put(cwd, 'handbook.md', HANDBOOK.replace('# Handbook', '# Our handbook'));
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    expect((await stale()).stale).toEqual([]);
    put(cwd, 'handbook.md', HANDBOOK.replace('35 days', '40 days'));
    rmSync(join(cwd, 'old.zip'));
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    const { answers, stale: found } = await stale();
    expect([answers, found.map(({ citations }: { citations: { reason: string }[] }) => citations[0]!.reason)]).toEqual([
      2,
      ['changed', 'gone'],
    ]);
  });
});
