import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Facts } from './inspect.ts';
import type { Runner } from './step.ts';

/** One line an image: its name, and what that name stood for when the stack was last proven. */
const FILE = 'images.lock';

/** The digest in a registry where there is one, else that of the image here. Writes only what differs. Resolves to the images that changed. */
export async function lockImages(runner: Runner, { folder, images }: Facts): Promise<string[]> {
  const format = '{{.Id}} {{range .RepoDigests}}{{println .}}{{end}}';
  const lines = await Promise.all(
    [...images.keys()].sort().map(async (image) => {
      const [id = '', ...digests] = (
        await runner.run(['docker', 'image', 'inspect', '--format', format, image])
      ).out.split(/\s+/);
      return `${image} ${digests.find(Boolean)?.split('@')[1] ?? id}`;
    }),
  );
  const path = join(folder, FILE);
  const before = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
  const changed = lines.filter((line) => !before.includes(line));
  if (changed.length > 0 || before.length !== lines.length) await runner.write(path, `${lines.join('\n')}\n`, 0o644);
  return changed.map((line) => line.split(' ')[0]!);
}
