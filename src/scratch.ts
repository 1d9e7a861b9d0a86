import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = 'rag-scratch-';
/** No upload and no job takes so long. */
const OLD_MS = 48 * 3_600_000;

/** A folder of this process' own below the system's temporary one, gone after `close`. What killed processes left goes after two days. */
export async function openScratch(): Promise<{ path: string; close(): Promise<void> }> {
  const temporary = tmpdir();
  for (const name of await readdir(temporary)) {
    if (!name.startsWith(NAME)) continue;
    const stats = await stat(join(temporary, name)).catch(() => undefined);
    if (stats && stats.mtimeMs < Date.now() - OLD_MS)
      await rm(join(temporary, name), { recursive: true, force: true }).catch(() => {});
  }
  const path = await mkdtemp(join(temporary, NAME));
  return { path, close: () => rm(path, { recursive: true, force: true }) };
}
