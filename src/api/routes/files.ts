import * as z from 'zod';
import { version } from '../../version.ts';
import { forget } from '../../wiring.ts';
import { route, withStore } from '../call.ts';
import { spaceFor } from '../names.ts';
import { labels, stamp } from '../schemas.ts';

export const files = [
  route({
    ...{ method: 'get', path: '/api/v1/files', needs: 'reader' },
    summary: 'What is known of each file, by source, a page at a time: enough to tell what need not be uploaded',
    query: z.object({
      after: z.string().optional().meta({ description: 'The last source of the page before' }),
      limit: z.coerce.number().int().min(1).max(10_000).default(1000),
      ...labels.pick({ collection: true, defaultCollection: true }).shape,
    }),
    result: z.object({
      files: z.array(stamp),
      more: z.boolean(),
      attempt: z
        .object({ version: z.string(), ocr: z.enum(['auto', 'force', 'off', 'absent']) })
        .meta({ description: 'A problem met by another version or without recognition may be gone by now' }),
      maxBytes: z.int().meta({ description: 'Larger files are not taken' }),
      space: z
        .string()
        .optional()
        .meta({ description: 'What the names of files that are uploaded so come to begin with' }),
    }),
    handle: (call) =>
      withStore(call.deps, async (store) => {
        const { deps, query } = call;
        const { after, limit, ...labels } = query;
        const space = spaceFor(call, labels);
        const stamps = await store.stamps();
        const rest = [...stamps.keys()].filter((source) => after === undefined || source > after).sort();
        return {
          files: rest.slice(0, limit).map((source) => ({ source, ...stamps.get(source)! })),
          more: rest.length > limit,
          attempt: { version: version(), ocr: deps.context.ocrMode() },
          maxBytes: deps.context.config.values.MAX_FILE_SIZE,
          ...(space === undefined ? {} : { space }),
        };
      }),
  }),
  route({
    ...{
      method: 'post',
      path: '/api/v1/files/forget',
      needs: 'editor',
      audited: 'documents.remove',
      summary: 'Take sources out of the home; the files stay',
    },
    body: z.object({ sources: z.array(z.string()).max(10_000) }),
    result: z.object({ removed: z.array(z.string()) }),
    async handle(call) {
      call.target = call.body.sources.join(' ');
      return { removed: await forget(call.deps.context, call.body.sources) };
    },
  }),
];
