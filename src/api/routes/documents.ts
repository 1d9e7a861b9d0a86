import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as z from 'zod';
import { RagError } from '../../errors.ts';
import { textOf } from '../../pipeline/extracted.ts';
import { belowRoot } from '../../pipeline/walk.ts';
import type { Document } from '../../types.ts';
import { type Call, type Deps, route, withStore } from '../call.ts';
import { anything, document, ingested, locator } from '../schemas.ts';
import { syncPaths } from '../syncing.ts';
import { received } from '../upload.ts';

const source = z.object({ source: z.string() });

async function find(deps: Deps, name: string): Promise<Document> {
  const found = await withStore(deps, (store) => store.find(name));
  if (found === undefined) throw new RagError('not_found', `no document ${name}`);
  return found;
}

export const documents = [
  route({
    ...{ method: 'get', path: '/api/v1/documents', summary: 'Documents by source, a page at a time' },
    query: z.object({
      in: z.string().optional().meta({ description: 'A glob over sources' }),
      after: z.string().optional().meta({ description: 'The last source of the page before' }),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
    }),
    result: z.object({ documents: z.array(document), more: z.boolean(), unread: z.array(anything) }),
    handle: ({ deps, query }) =>
      withStore(deps, async (store) => {
        const page = [];
        let more = false;
        for await (const one of store.documents(query.in ? { in: [query.in] } : undefined)) {
          if (query.after !== undefined && one.source <= query.after) continue;
          more = page.length === query.limit;
          if (more) break;
          const { sections: _, problem: __, mtimeMs: ___, id: ____, ...shown } = one;
          page.push({ ...shown, chunks: await store.chunkCount(one) });
        }
        const unread = [];
        if (query.after === undefined)
          for (const [name, { problem }] of await store.stamps())
            if (problem && unread.length < 1000) unread.push({ source: name, ...problem });
        return { documents: page, more, unread };
      }),
  }),
  route({
    ...{ method: 'get', path: '/api/v1/documents/text', summary: 'The extracted text, and where its parts stand' },
    query: source,
    result: z.object({
      source: z.string(),
      document: z.string(),
      type: z.string(),
      text: z.string(),
      sections: z.array(z.object({ locator })),
    }),
    handle: ({ deps, query }) =>
      withStore(deps, async (store) => {
        const found = await find(deps, query.source);
        const text = await textOf(store, found);
        const sections = found.sections.map(({ start, locator }, i) => ({
          locator: { ...locator, start, end: found.sections[i + 1]?.start ?? text.length },
        }));
        return { source: found.source, document: found.id, title: found.title, type: found.type, text, sections };
      }),
  }),
  route({
    ...{ method: 'get', path: '/api/v1/documents/file', summary: 'The original bytes of a document in this home' },
    query: source,
    result: z.any().meta({ description: 'The file' }),
    async handle({ deps, query }) {
      const found = await find(deps, query.source);
      const path = belowRoot(deps.context.root, found.source);
      if (path === undefined || found.source.includes('!/'))
        throw new RagError('forbidden', 'this document lies outside the folder of the home, or in an archive');
      const stats = statSync(path, { throwIfNoEntry: false });
      if (!stats?.isFile()) throw new RagError('not_found', `${found.source} is not there any more`);
      return new Response(Readable.toWeb(createReadStream(path)) as ReadableStream, {
        headers: {
          'content-type': found.type === 'pdf' ? 'application/pdf' : 'application/octet-stream',
          'content-length': String(stats.size),
          // Never shown as a page of ours.
          'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(found.source.split('/').at(-1)!)}`,
          'content-security-policy': 'sandbox',
        },
      });
    },
  }),
  route({
    ...{
      method: 'post',
      path: '/api/v1/documents',
      summary: 'Upload files (multipart/form-data) and ingest them',
      stream: true,
    },
    result: ingested,
    async handle(call: Call) {
      const files = await received(call);
      return syncPaths(
        call,
        files.map((file) => join(call.deps.context.root, file)),
      );
    },
  }),
  route({
    ...{ method: 'delete', path: '/api/v1/documents', summary: 'Take a document out of the home; its file stays' },
    query: source,
    result: z.object({ removed: z.array(z.string()) }),
    async handle({ deps, query }) {
      const { store, release } = await deps.context.writer(10);
      try {
        if (!(await store.remove(query.source))) throw new RagError('not_found', `no document ${query.source}`);
        return { removed: [query.source] };
      } finally {
        await release();
      }
    },
  }),
  route({
    ...{ method: 'get', path: '/api/v1/passages', summary: 'A passage by the chunk id of a hit' },
    query: z.object({ chunk: z.string() }),
    result: z.object({ source: z.string(), document: z.string(), chunk: z.string(), text: z.string(), locator }),
    handle: ({ deps, query }) =>
      withStore(deps, async (store) => {
        const passage = (await store.read([query.chunk])).get(query.chunk);
        if (!passage) throw new RagError('not_found', `no passage ${query.chunk}`);
        const { chunk, document } = passage;
        return {
          ...{ source: document.source, document: document.id, chunk: chunk.id, text: chunk.text },
          locator: { ...chunk.locator, start: chunk.start, end: chunk.end },
        };
      }),
  }),
];
