import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const VENDORED = join(ROOT, 'models/multilingual-e5-small-zh-en-int8');
export const DERIVED = join(ROOT, 'dist/models');

/** The derived files; a quarter of a second if they are there. */
export function buildModels(): void {
  execFileSync(process.execPath, [join(ROOT, 'src/build/weights.mjs')]);
}

/** The driver and its worker as JavaScript, since processes of their own do not run through vitest. Below the project, where imports resolve. */
export function bundleBuiltin(): { builtinUrl: URL; workerUrl: URL; remove(): void } {
  const outdir = join(ROOT, `dist/test-${process.pid}`);
  mkdirSync(outdir, { recursive: true });
  const entryPoints = ['builtin', 'worker'].map((name) => join(ROOT, `src/models/builtin/${name}.ts`));
  buildSync({ entryPoints, outdir, bundle: true, platform: 'node', format: 'esm' });
  const urlOf = (name: string) => pathToFileURL(join(outdir, name));
  const remove = () => rmSync(outdir, { recursive: true, force: true });
  return { builtinUrl: urlOf('builtin.js'), workerUrl: urlOf('worker.js'), remove };
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** Sentences of both languages and what else turns up in documents. */
export const TEXTS = [
  'how do I restore a backup',
  'What is the recommended way to restore a full backup of the search index on a new machine?',
  '如何恢复备份？',
  '数据库在崩溃之后会自动从预写日志中恢复，管理员不需要做任何事情。',
  '資料庫在當機之後會自動從預寫日誌中恢復，管理員不需要做任何事情。',
  'getUserById(max_wal_size = 1024) # ERR_1234',
  '重跑gen-itgc后，检查 Ｆｕｌｌ－ｗｉｄｔｈ １２３ 和 ㎏、①、ﬁ。',
  'Zürich, naïve café – “quotes” … 10 € ½',
  'Привет мир, こんにちは世界, 안녕하세요, مرحبا',
  '| name | value |\n|---|---:|\n| 温度 | 23.5 °C |',
  'zero\u200bwidth\u00a0space\u3000ideographic\ttab\r\nline\u2028separator',
  'control\u0007characters\u009f are\u0001dropped',
  '范围 3～5 天',
  '👩‍👩‍👧 🎉 𠮷野家',
  `${'supercalifragilistic'.repeat(8)} ${'长'.repeat(60)}`,
  '',
  ' \n ',
];
