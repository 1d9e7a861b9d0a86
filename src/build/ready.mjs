// Makes a fresh clone ready: dependencies and dist/, each only where it is missing or older than what it is made from.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Runs a command with our terminal; ends the process with its code if it fails. */
export function run(command, args, options = {}) {
  const windows = process.platform === 'win32';
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: windows, ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Newest change below a folder, in milliseconds. */
export function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

export function ready() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(join(root, 'package-lock.json')).mtimeMs) {
    console.log('installing dependencies (better-sqlite3 compiles for about a minute) …');
    // Not `npm ci`: it refuses a lockfile written where a registry does not carry every platform's optional packages.
    run('npm', ['install', '--no-audit', '--no-fund']);
  }
  const built = join(root, 'dist/rag.cjs');
  if (!existsSync(built) || statSync(built).mtimeMs < newest(join(root, 'src'))) run('node', ['src/build/build.mjs']);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ready();
