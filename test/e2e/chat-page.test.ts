import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { PNG } from 'pngjs';
import { afterEach, describe, expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { pdf } from '../support/pdf.ts';
import { folder } from '../support/rag.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const running: { kill(): void }[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill();
});

/** `rag chat` on a terminal that says it is kitty, 100 by 40. */
function chat(cwd: string) {
  const args = [
    resolve('test/support/pseudo-terminal.py'),
    '40',
    '100',
    process.execPath,
    resolve('bin/rag.js'),
    'chat',
    '--mode',
    'lexical',
  ];
  const env = {
    PATH: process.env.PATH,
    HOME: cwd,
    TERM: 'xterm-kitty',
    LANG: 'C.UTF-8',
    LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9',
  };
  const child = spawn('python3', args, { cwd, env });
  running.push(child);
  let shown = '';
  child.stdout.setEncoding('latin1').on('data', (part) => {
    shown += part;
  });
  return {
    keys: (text: string) => void child.stdin.write(text),
    /** Waits for something that was written after the last thing waited for. */
    async see(pattern: RegExp): Promise<string> {
      await expect.poll(() => shown, { timeout: 20_000 }).toMatch(pattern);
      const found = shown;
      shown = '';
      return found;
    },
  };
}

describe.skipIf(!hasPython)('a page in the terminal (needs python3)', () => {
  it('is drawn beside its passage, and goes with it', { timeout: 60_000 }, async () => {
    const cwd = folder({
      'keys.pdf': Buffer.from(pdf([{ lines: ['The porter keeps the key of the cellar in a drawer.'] }])),
    });
    await command(cwd, ['ingest', '.', '--no-embed']);
    const terminal = chat(cwd);
    await terminal.see(/Enter ask/);
    terminal.keys('Who keeps the key of the cellar?');
    terminal.keys('\r');
    await terminal.see(/\[1\] keys\.pdf/);
    terminal.keys('\t');
    await terminal.see(/choose/);
    terminal.keys('\r');
    const drawn = await terminal.see(/\u001b_Ga=T[\s\S]*\u001b8/);
    const messages = [...drawn.matchAll(/\u001b_G[^;]*;([^\u001b]*)\u001b\\/g)].map(([, data]) => data);
    const page = PNG.sync.read(Buffer.from(messages.join(''), 'base64'));
    expect(page.width).toBe(1000);
    // Dark letters on white paper.
    const dark = page.data.filter((value, i) => i % 4 === 0 && value < 128).length;
    expect(dark).toBeGreaterThan(500);
    expect(dark).toBeLessThan(page.width * page.height * 0.1);
    terminal.keys('\u001b');
    await terminal.see(/\u001b_Ga=d/);
    expect(readdirSync(cwd)).toContain('keys.pdf');
  });
});
