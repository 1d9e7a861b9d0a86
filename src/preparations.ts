import type { Context } from './context.ts';
import { serverOptions } from './home.ts';
import { migrations } from './migrations.ts';
import { staleTokens } from './pipeline/fingerprint.ts';
import { servicesOf } from './worker.ts';

/** One thing that must be so before a server home can be used. */
export interface Preparation {
  title: string;
  /** What it is about, and where. */
  place: string;
  /** What would be done, for a plan; undefined if all is well. */
  pending(): Promise<string | undefined>;
  /** Does it; safe to call again, and from several processes. */
  prepare(): Promise<void>;
}

/** All that `rag migrate database` brings up, in this order. */
export async function preparations(context: Context): Promise<Preparation[]> {
  const { blobs, queue } = await servicesOf(context);
  const { migratePostgres, pendingMigrations } = await import('./postgres/postgres.ts');
  const { pointsOf } = await import('./store/server/server.ts');
  const { ADMIN_USER, ADMIN_PASSWORD } = context.config.values;
  const options = serverOptions(context.config.values);
  const steps = await migrations();
  const points = pointsOf(options);
  return [
    {
      title: 'queue',
      place: queue.place,
      pending: async () => queue.check().then(() => undefined),
      prepare: () => queue.check(),
    },
    {
      title: 'tables',
      place: `PostgreSQL at ${new URL(options.postgres).host}`,
      async pending() {
        const names = await pendingMigrations(options.postgres, steps);
        return names.length === 0 ? undefined : names.join(', ');
      },
      prepare: async () => void (await migratePostgres(options.postgres, steps)),
    },
    {
      title: 'collection',
      place: `${options.collection} in Qdrant at ${new URL(options.qdrant).host}`,
      pending: async () => ((await points.exists()) ? undefined : 'made'),
      prepare: () => points.ready(),
    },
    {
      title: 'originals',
      place: blobs.place,
      pending: async () => ((await blobs.exists()) ? undefined : 'made'),
      prepare: () => blobs.ready(),
    },
    {
      title: 'first admin',
      place: ADMIN_USER,
      async pending() {
        if (ADMIN_PASSWORD === undefined) return undefined;
        if ((await pendingMigrations(options.postgres, steps)).length > 0) return ADMIN_USER;
        const { accounts } = await (await context.access()).managing();
        return (await accounts.users()).length === 0 ? ADMIN_USER : undefined;
      },
      async prepare() {
        if (ADMIN_PASSWORD === undefined) return;
        const { ensureAdmin } = await import('./accounts/managing.ts');
        const deps = await (await context.access()).managing();
        await ensureAdmin(deps, { name: ADMIN_USER, password: ADMIN_PASSWORD.reveal() });
      },
    },
    {
      title: 'words',
      place: 'of the passages',
      async pending() {
        if ((await pendingMigrations(options.postgres, steps)).length > 0) return undefined;
        const { store } = await context.latest();
        return staleTokens(await store.fingerprint()) ? 'cut anew, as this version cuts them' : undefined;
      },
      async prepare() {
        const { store, release } = await context.writer();
        try {
          if (staleTokens(await store.fingerprint())) await store.retokenize();
        } finally {
          await release();
        }
      },
    },
  ];
}
