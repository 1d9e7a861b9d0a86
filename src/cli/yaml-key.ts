import { randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { parseDocument } from 'yaml';

/** Sets one key of a YAML file, or takes it out; the rest, comments too, stays as it is. The file is whole at every moment. */
export async function setKey(file: string, key: string, value: string | undefined): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const document = parseDocument(text);
  if (document.errors.length > 0) throw document.errors[0];
  if (value !== undefined) document.set(key, value);
  else if (document.contents === null || !document.delete(key)) return;
  const part = `${file}.${randomUUID()}.part`;
  const handle = await open(part, 'w');
  try {
    await handle.writeFile(String(document));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
}
