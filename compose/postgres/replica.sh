# A copy of the primary that follows it. The first start copies everything; the slot keeps what a stopped replica has not read yet.
umask 077
printf 'postgres:5432:*:rag:%s\n' "$(cat /run/secrets/postgres_password)" >/tmp/pgpass
export PGPASSFILE=/tmp/pgpass
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  psql -h postgres -U rag -d rag -qAtc "SELECT pg_create_physical_replication_slot('replica') WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = 'replica')"
  pg_basebackup -h postgres -U rag -D "$PGDATA" --wal-method=stream --write-recovery-conf --slot=replica --checkpoint=fast
fi
exec postgres -c config_file=/etc/rag/postgresql.conf -c hba_file=/etc/rag/pg_hba.conf
