import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The environment variables of the settings that a plain search reads. */
const VARIABLES = ['RAG_HOME', 'RAG_STORE', 'EMBEDDING_MODEL', 'LOCAL_EMBEDDING_MODEL'];

/**
 * Nothing that a plain search reads is set: no variable, and nothing but comments in `.env`, in the nearest rag.yaml upward and in
 * the user's file. Then it need not load what reads settings.
 */
export function unset(cwd: string, env: Record<string, string | undefined>, userHome: string): boolean {
  if (VARIABLES.some((name) => env[name])) return false;
  if (!empty(join(cwd, '.env')) || !empty(join(userHome, '.config', 'rag', 'config.yaml'))) return false;
  for (let dir = cwd; ; dir = dirname(dir)) {
    if (!empty(join(dir, 'rag.yaml')) || !empty(join(dir, '.env'))) return false;
    if (dirname(dir) === dir) return true;
  }
}

/** Not there, or comments and blank lines. */
function empty(path: string): boolean {
  try {
    return /^(?:\s*(?:#.*)?(?:\r?\n|$))*$/.test(readFileSync(path, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
