import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Worker threads and spawned commands run from dist/, which must be what src/ says. */
export function setup(): void {
  const all = existsSync('dist/models/e5.bin') && existsSync('dist/models/gloss.bin');
  execFileSync(process.execPath, ['src/build/build.mjs', ...(all ? ['--bundle'] : [])]);
}
