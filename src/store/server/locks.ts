// Advisory locks of PostgreSQL, each held to the end of the transaction that asks for it.

/** Held together by all who write points that no row refers to yet, and alone by who removes such points. */
export const SHARED = 'SELECT pg_advisory_xact_lock_shared(7265001)';
export const ALONE = 'SELECT pg_advisory_xact_lock(7265001)';
/** The last part of a transaction, in which numbers change that all writers change. */
export const TURN = 'SELECT pg_advisory_xact_lock(7265002)';
