// dist/search.cache: what V8 compiles of dist/search.cjs for a search or two, so that a new process need not. bin/rag.js reads it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Asks in a process of its own and writes the cache, because compiled code is only there after it ran. */
const ASK = `
  const { writeFileSync } = require('node:fs');
  const [, bin, cache, ...questions] = process.argv;
  const { search, script } = require(bin).quick();
  (async () => {
    for (const question of questions)
      for (const mode of ['hybrid', 'lexical']) {
        process.argv = [process.argv[0], bin, 'search', question, '--mode', mode];
        if ((await search(process)) !== 0) throw new Error(question + ': not answered by the plain search');
      }
    writeFileSync(cache, script.createCachedData());
  })();
`;

/** @param {string} root folder of package.json @returns {Promise<number>} bytes of the cache */
export async function warm(root) {
  const dir = mkdtempSync(join(tmpdir(), 'rag-warm-'));
  const bin = join(root, 'bin/rag.js');
  const cache = join(root, 'dist/search.cache');
  const run = (...args) =>
    execFileSync(process.execPath, args, {
      cwd: dir,
      env: { PATH: process.env.PATH, HOME: dir },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  try {
    mkdirSync(join(dir, 'docs'));
    writeFileSync(join(dir, 'docs/a.md'), '# Backups\n\nHow to restore a backup of the database, step by step.\n');
    writeFileSync(join(dir, 'docs/b.md'), '# 备份\n\n如何恢复数据库的备份。\n');
    run(bin, 'ingest', 'docs', '-q');
    run('-e', ASK, bin, cache, 'how do I restore a backup', '如何恢复备份');
    return statSync(cache).size;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
