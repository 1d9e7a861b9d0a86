import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { RagError } from '../../errors.ts';
import { type App, type Exit, handle, verb } from '../app.ts';
import { duration } from '../options.ts';

export function packCommand(app: App, exit: Exit): Command {
  const at = (file: string) => resolve(app.cwd, file);
  const key = (file: string | undefined) => (file === undefined ? undefined : readKey(at(file)));
  const group = new Command('pack').description('a home as one file: text, words and vectors, to be taken elsewhere');

  const out = verb('export', 'write the documents of this home, with passages, terms and vectors', [
    'rag pack export manuals.ragpack',
    'rag pack export monday.ragpack --since friday.ragpack',
  ])
    .argument('<file>', 'where to write')
    .option('--since <pack>', 'only what is not in that pack, or not so')
    .option('--sign <key>', 'sign with this Ed25519 private key (PEM)');
  handle<{ since?: string; sign?: string }>(out, app, exit, async (run, { since, sign }, file) => {
    const { exportPack } = await import('../../archive/export.ts');
    const privateKey = await key(sign);
    const result = await exportPack(
      await (await run.context()).reader(),
      { target: at(file!), ...(since ? { since: at(since) } : {}), ...(privateKey ? { privateKey } : {}) },
      run.io,
    );
    return { result: { file: at(file!), ...result }, text: run.say.pack.wrote(file!, result.documents, result.bytes) };
  });

  const into = verb('import', 'take in a pack: nothing is read or embedded again', [
    'rag pack import manuals.ragpack',
    'rag pack import manuals.ragpack --key publisher.pem',
  ])
    .argument('<file>', 'a .ragpack')
    .option('--key <key>', 'only if it is signed with this key (public, PEM)')
    .option('--wait <time>', 'wait this long for another writer', duration);
  handle<{ key?: string; wait?: number }>(into, app, exit, async (run, options, file) => {
    const { importPack } = await import('../../archive/import.ts');
    const publicKey = await key(options.key);
    const { store, release } = await (await run.context()).writer(options.wait);
    try {
      const result = await importPack(store, { file: at(file!), ...(publicKey ? { publicKey } : {}) }, run.io);
      const { added, updated, unchanged, pending } = result;
      const more = pending > 0 ? `\n${run.say.resume}` : '';
      return { result, text: run.say.pack.imported(added, updated, unchanged) + more };
    } finally {
      await release();
    }
  });

  const check = verb('verify', 'whether a pack is as it was written, and by whom', [
    'rag pack verify manuals.ragpack',
    'rag pack verify manuals.ragpack --key publisher.pem --json',
  ])
    .argument('<file>', 'a .ragpack')
    .option('--key <key>', 'it must be signed with this key (public, PEM)');
  handle<{ key?: string }>(check, app, exit, async (run, options, file) => {
    const { checkPack } = await import('../../archive/reader.ts');
    const { manifest, ...rest } = await checkPack(at(file!), await key(options.key));
    const { documents, chunks, vectors, model, base } = manifest;
    const { pack } = run.say;
    const signed = rest.signedBy === undefined ? '' : `\n${pack.signedBy(rest.signedBy)}`;
    return {
      result: {
        documents,
        chunks,
        vectors,
        model,
        base,
        bytes: rest.bytes,
        sha256: rest.sha256,
        signedBy: rest.signedBy,
      },
      text: pack.whole(documents, chunks) + signed,
    };
  });
  for (const one of [out, into, check]) group.addCommand(one);
  return group;
}

async function readKey(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new RagError('not_found', `no key at ${file}`, { zh: `没有密钥文件 ${file}`, cause });
  }
}
