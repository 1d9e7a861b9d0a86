import type { Migrations } from './postgres/postgres.ts';

/** The schema of a server home: each room's steps, one list. The order is that of their names. */
export async function migrations(): Promise<Migrations> {
  const rooms = await Promise.all([
    import('./store/server/migrations.ts'),
    import('./originals/migrations.ts'),
    import('./chats/migrations.ts'),
    import('./accounts/migrations.ts'),
  ]);
  return Object.assign({}, ...rooms.map(({ MIGRATIONS }) => MIGRATIONS));
}
