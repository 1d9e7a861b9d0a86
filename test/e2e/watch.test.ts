import { spawn } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { folder, put } from '../support/rag.ts';

/** 10,000 in the acceptance run: RAG_CHECKOUT=10000. */
const CHECKOUT = Number(process.env.RAG_CHECKOUT ?? 1000);

it('follows create, edit, rename, delete and a large checkout', { timeout: 240_000 }, async () => {
  const cwd = folder({ 'docs/a.txt': 'first walrus' });
  const bin = `${import.meta.dirname}/../../bin/rag.js`;
  const args = [bin, 'ingest', 'docs', '--watch', '--no-embed', '--json', '-q'];
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  /** Sums of runs until they reach what is wanted. */
  const until = async (wanted: Record<string, number>) => {
    const sums: Record<string, number> = {};
    for (;;) {
      const { value } = await lines.next();
      const event = JSON.parse(value as string);
      for (const name of Object.keys(wanted)) sums[name] = (sums[name] ?? 0) + event[name];
      if (Object.entries(wanted).every(([name, count]) => sums[name]! >= count)) return sums;
    }
  };
  try {
    expect(await until({ added: 1 })).toEqual({ added: 1 });
    put(cwd, 'docs/b.txt', 'second penguin');
    await until({ added: 1 });
    put(cwd, 'docs/b.txt', 'second albatross, edited');
    await until({ updated: 1 });
    renameSync(join(cwd, 'docs/b.txt'), join(cwd, 'docs/c.txt'));
    await until({ renamed: 1 });
    rmSync(join(cwd, 'docs/a.txt'));
    await until({ removed: 1 });
    for (let i = 0; i < CHECKOUT; i++) put(cwd, `docs/${i % 50}/${i}.md`, `# Note ${i}\n\nkernel latency ${i}\n`);
    expect(await until({ added: CHECKOUT })).toEqual({ added: CHECKOUT });
  } finally {
    child.kill('SIGINT');
    await new Promise((resolve) => child.once('exit', resolve));
  }
  expect(child.exitCode).toBe(130);
});
