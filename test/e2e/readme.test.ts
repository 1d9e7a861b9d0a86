import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folder, rag } from '../support/rag.ts';

/** The command lines of a README's console blocks that are ours, as a shell would split them. */
function commands(file: string): string[][] {
  const blocks = [...readFileSync(file, 'utf8').matchAll(/```console\n([\s\S]*?)```/g)].map(([, block]) => block!);
  return blocks
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.startsWith('$ rag '))
    .map((line) =>
      [
        ...line
          .replace(/\s+#.*$/, '')
          .slice(6)
          .matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
      ].map(([, a, b, c]) => a ?? b ?? c!),
    );
}

describe.each(['README.md', 'README.zh.md'])('%s', (file) => {
  it('shows commands that work, one after the other', { timeout: 300_000 }, async () => {
    const cwd = folder();
    cpSync('examples', join(cwd, 'examples'), { recursive: true });
    cpSync('test/fixtures/tiny-beir', join(cwd, 'test/fixtures/tiny-beir'), { recursive: true });
    const lines = commands(file);
    expect(lines.length).toBeGreaterThan(15);
    for (const line of lines) {
      const ran = await rag({ cwd }, ...line);
      expect([ran.code, ran.err], line.join(' ')).toEqual([0, ran.err]);
      if (line[0] === 'query') expect(ran.out).toMatch(/\[1\]/);
    }
  });
});
