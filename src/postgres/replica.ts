import type { Postgres } from './postgres.ts';

/** How far a replica is behind, as far as is known. */
export interface Replica {
  /** Whether it may be read: not far behind the primary, and with all that was written up to this place in its log. */
  has(place: string | undefined): Promise<boolean>;
  /** Bytes of the log that it has not taken in; throws if one of the two cannot be asked. */
  behind(): Promise<number>;
}

/** What a search may be behind what is there. */
const MOST_LAG_MS = 5000;
/** Both are asked this often at most, however many questions come. */
const ASK_MS = 500;

/** A place in PostgreSQL's log, `16/B374D848`, as a number that grows. */
export function placeOf(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** Where the primary's log ends now. */
export async function logEnd({ ask }: Postgres): Promise<string> {
  return (await ask<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn'))[0]!.lsn;
}

export function watchReplica(primary: Postgres, replica: Postgres): Replica {
  /** Where the primary was, the oldest first. */
  let seen: { at: number; place: bigint }[] = [];
  let replayed = 0n;
  let asked = Number.NEGATIVE_INFINITY;

  async function replay(): Promise<bigint> {
    const [row] = await replica.ask<{ lsn: string | null }>('SELECT pg_last_wal_replay_lsn()::text AS lsn');
    // A database that is no replica has replayed nothing.
    replayed = row?.lsn ? placeOf(row.lsn) : 0n;
    return replayed;
  }

  async function sample(): Promise<void> {
    const now = performance.now();
    if (now - asked < ASK_MS) return;
    asked = now;
    // Where the primary does not answer, old answers are better than none.
    const [end] = await Promise.all([logEnd(primary).catch(() => '0/0'), replay()]);
    seen = [...seen.filter(({ at }) => now - at < MOST_LAG_MS), { at: now, place: placeOf(end) }];
  }

  return {
    async has(place) {
      try {
        await sample();
        if (!seen.some((one) => replayed >= one.place)) return false;
        return place === undefined || replayed >= placeOf(place) || (await replay()) >= placeOf(place);
      } catch {
        asked = Number.NEGATIVE_INFINITY;
        return false;
      }
    },
    async behind() {
      const end = placeOf(await logEnd(primary));
      return Math.max(0, Number(end - (await replay())));
    },
  };
}
