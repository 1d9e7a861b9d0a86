import { Readable } from 'node:stream';
import { RagError } from '../errors.ts';
import type { Call } from './call.ts';
import { withStore } from './call.ts';
import { labelled, namesFor } from './names.ts';
import { keepOriginals } from './queued.ts';
import { openStaging } from './staging.ts';
import type { Received } from './upload.ts';

/** For one document, redirects and all. */
const SECONDS = 60;

/** A document of the internet, put where an upload of it would lie. Throws RagError('forbidden') where that is switched off. */
export async function fetchedFile(call: Call): Promise<Received> {
  const { deps, body } = call;
  const { root, config } = deps.context;
  const { URL_INGEST, STORE, MAX_FILE_SIZE } = config.values;
  call.target = String(body.url).replace(/[?#].*$/, '');
  if (URL_INGEST === 'off' || STORE !== 'server')
    throw new RagError('forbidden', 'this server takes nothing from other addresses', {
      hint: 'a server home does with URL_INGEST=on',
      zhHint: '服务器库设置 URL_INGEST=on 后可以',
      zh: '此服务器不从其他地址抓取文档',
    });
  const { url, stream: _, maxBytes = MAX_FILE_SIZE, ...given } = body;
  const limit = Math.min(MAX_FILE_SIZE, maxBytes);
  const own = labelled(call, given);
  const { fetchPublic } = await import('../remote/fetch.ts');
  const { outside } = await import('../remote/outside.ts');
  const { sourceOf } = await import('../remote/name.ts');
  const found = await fetchPublic({ url, limit, seconds: SECONDS, outside });
  // Says where it is from, and that no folder is missing it. What follows a ? may be a secret.
  const labels = { ...own, tags: { ...own.tags, url: found.url.origin + found.url.pathname } };
  const path = (await namesFor(call, [sourceOf(found.url)], labels))[0]!;
  const services = await deps.context.services();
  const staging = await openStaging(root, services && (await deps.context.scratch()));
  try {
    const staged = await staging.take(path, Readable.from(found.body), `MAX_FILE_SIZE (${limit} bytes)`);
    const files = [{ ...staged, path, mtimeMs: Date.now() }];
    if (services) await keepOriginals(services, files, labels);
    else await withStore(deps, (store) => staging.place(files, store));
    return { files, labels };
  } finally {
    await staging.end();
  }
}
