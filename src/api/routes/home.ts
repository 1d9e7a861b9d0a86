import * as z from 'zod';
import { RagError } from '../../errors.ts';
import { health } from '../../health.ts';
import { type Checkable, verify } from '../../pipeline/verify.ts';
import { belowRoot } from '../../pipeline/walk.ts';
import { originalDeps } from '../../wiring.ts';
import { type Call, languageOf, route, withStore } from '../call.ts';
import { anything, ingested } from '../schemas.ts';
import { syncPaths } from '../syncing.ts';

export const home = [
  route({
    ...{ method: 'get', path: '/api/v1/status', needs: 'reader', summary: 'How much is known, and by which model' },
    result: z.object({
      documents: z.int(),
      chunks: z.int(),
      embedded: z.int(),
      bytes: z.int(),
      versions: z.int(),
      model: z.string().optional(),
      runtimes: z.record(z.string(), z.int()).meta({ description: 'Vectors by what made them' }),
      index: anything,
    }),
    handle: ({ deps }) =>
      withStore(deps, async (store) => {
        const { model, runtimes, ...index } = await store.fingerprint();
        return { ...(await store.coverage()), model, runtimes, index };
      }),
  }),
  route({
    ...{
      method: 'get',
      path: '/api/v1/services',
      needs: 'admin',
      summary: 'What the home stands on: each service, jobs, processes',
    },
    result: z.object({
      degraded: z.boolean(),
      checks: z.array(
        z.object({
          ...{ name: z.string(), status: z.enum(['ok', 'warn', 'fail']), detail: z.string() },
          hint: z.string().optional(),
        }),
      ),
      queue: z.object({ waiting: z.int(), active: z.int(), delayed: z.int(), dead: z.int() }).optional(),
      deadLetters: z.array(anything).meta({ description: 'Jobs that were tried in vain, with their reasons' }),
      processes: z.array(anything).meta({ description: 'Workers and schedulers that are at work' }),
    }),
    handle: ({ deps, http }) => health(deps.context, languageOf(http)),
  }),
  route({
    ...{
      method: 'post',
      path: '/api/v1/ingest',
      needs: 'admin',
      audited: 'documents.ingest',
      summary: 'Read files and folders below the home again',
      stream: true,
    },
    body: z.object({ paths: z.array(z.string()).min(1), stream: z.boolean().optional() }),
    result: ingested,
    handle(call) {
      const paths = call.body.paths as string[];
      call.target = paths.join(' ');
      return syncPaths(
        call,
        paths.map((path) => inside(call, path)),
      );
    },
  }),
  route({
    ...{
      method: 'post',
      path: '/api/v1/verify',
      needs: 'reader',
      summary: 'Read cited files again and compare each quote',
    },
    body: z.object({ citations: z.array(anything), unsupported: z.array(z.string()).default([]) }),
    result: z.object({
      checked: z.int(),
      valid: z.int(),
      moved: z.array(anything),
      drifted: z.array(anything),
      missing: z.array(anything),
      unsupported: z.array(z.string()),
    }),
    async handle(call) {
      const { citations, unsupported } = call.body as { citations: Checkable[]; unsupported: string[] };
      const { context } = call.deps;
      if ((await context.services()) === undefined)
        for (const { source } of citations) inside(call, String(source).split('!/', 1)[0]!);
      return verify(await originalDeps(context, []), { citations, unsupported }, call.http.req.raw.signal);
    },
  }),
];

/** An absolute path, which lies below the home's folder. */
function inside({ deps }: Call, path: string): string {
  const full = belowRoot(deps.context.root, path);
  if (full === undefined) throw new RagError('forbidden', `${path} lies outside the folder of this home`);
  return full;
}
