import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { folder, put } from '../support/rag.ts';
import { hasTerminal, openTerminal, type Terminal } from '../support/terminal.ts';

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});
const chat = (cwd: string, args = '') => {
  const binary = `${process.execPath} ${resolve('bin/rag.js')}`;
  const terminal = openTerminal(
    `env HOME=${cwd} LOCAL_LLM_BASE_URL=http://127.0.0.1:9 ${binary} chat --mode lexical ${args}`,
    cwd,
  );
  open.push(terminal);
  return terminal;
};
async function home(): Promise<string> {
  const cwd = folder({
    'handbook.md':
      '# Handbook\n\nBackups are kept for 35 days. The first one of a month is kept for two years.\n\nThe porter has the key of the cellar.\n',
    '手册.md': '# 手册\n\n备份保留三十五天，每月第一个备份保留两年。\n',
  });
  await command(cwd, ['ingest', '.', '--no-embed']);
  return cwd;
}

describe.skipIf(!hasTerminal)('rag chat on a terminal (needs tmux)', () => {
  it('asks in both languages, opens a source, follows up, leaves, and goes on', async () => {
    const cwd = await home();
    const terminal = chat(cwd);
    await terminal.see(/Enter ask/);
    terminal.type('How long are backups kept?');
    terminal.press('Enter');
    await terminal.see(/“Backups are kept for 35 days\.” \[1\]/);
    await terminal.see(/\[1\] handbook\.md › Handbook/);
    terminal.type('备份保留多久？');
    await terminal.see(/› 备份保留多久？/);
    terminal.press('Enter');
    // Its sources, which come with the end of the answer: before that Tab leads to those of the answer before.
    await terminal.see(/\[1\] 手册\.md/);
    terminal.press('Tab', 'Enter');
    await terminal.see(/# 手册[\s\S]*备份保留三十五天/);
    terminal.press('Escape');
    await terminal.see(/choose/);
    terminal.press('Escape');
    await terminal.see(/Enter ask/);
    terminal.press('Up', 'Up');
    await terminal.see(/› How long are backups kept\?\s*\n.*Enter ask/);
    terminal.press('C-c', 'C-c');
    const left = await terminal.see(/left with 0/);
    const id = /rag chat --resume (\S+)/.exec(left)![1]!;
    const again = chat(cwd, `--resume ${id}`);
    await again.see(/35 days[\s\S]*三十五天[\s\S]*Enter ask/);
  });

  it('takes a paste of several lines, a new width, commands, and exports what rag verify accepts', async () => {
    const cwd = await home();
    const terminal = chat(cwd);
    await terminal.see(/Enter ask/);
    terminal.paste('How long are\nbackups kept?');
    await terminal.see(/› How long are\n\s*backups kept\?/);
    terminal.resize(50, 20);
    terminal.press('Enter');
    await terminal.see(/35 days/);
    for (const line of terminal.screen().split('\n')) expect([...line].length).toBeLessThanOrEqual(50);
    for (const [typed, seen] of [
      ['/in 手册.md', /手册\.md · k 8/],
      ['/k 3', /k 3/],
      ['/why handbook.md', /filters/],
      ['/nonsense', /no command \/nonsense/],
      ['/export md out.md', /wrote .*out\.md/],
    ] as const) {
      terminal.type(typed);
      terminal.press('Enter');
      await terminal.see(seen);
    }
    expect(readFileSync(join(cwd, 'out.md'), 'utf8')).toContain('## How long are backups kept?');
    expect((await command(cwd, ['verify', 'out.md'])).code).toBe(0);
    // Typed ahead: while the answer is still coming.
    terminal.type('保留多久？');
    terminal.press('Enter');
    terminal.type('/k 5');
    terminal.press('Enter');
    await terminal.see(/\[1\] 手册\.md[\s\S]*k 5/);
    put(cwd, 'handbook.md', '# Handbook\n\nBackups are kept for 7 days.\n');
    expect((await command(cwd, ['verify', 'out.md'])).code).toBe(8);
  });
});
