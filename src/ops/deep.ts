import { RagError } from '../errors.ts';
import type { Facts } from './inspect.ts';
import { containersOf } from './state.ts';
import type { Runner } from './step.ts';

export interface Deep {
  name: string;
  status: 'ok' | 'warn' | 'fail';
  detail: string;
}

interface Probe {
  name: string;
  service: string;
  argv: string[];
  judge(out: string): Omit<Deep, 'name'>;
}

const REDIS = 'REDISCLI_AUTH="$(cat /run/secrets/redis_password)" redis-cli -e info all';
const QDRANT = `exec 3<>/dev/tcp/127.0.0.1/6333 && printf 'GET /collections/rag HTTP/1.0\\r\\napi-key: %s\\r\\n\\r\\n' "$(cat /run/secrets/qdrant_api_key)" >&3 && cat <&3`;

/** What each store says of itself, asked inside its container: secrets are read there and go nowhere. */
const PROBES: Probe[] = [
  {
    name: 'postgres',
    service: 'postgres',
    argv: [
      'psql',
      '-U',
      'rag',
      '-d',
      'rag',
      '-Atc',
      "select (select count(*) from pg_stat_activity where datname = 'rag'), current_setting('max_connections'), pg_size_pretty(pg_database_size('rag'))",
    ],
    judge(out) {
      const [used, most, size] = out.trim().split('|');
      return {
        status: Number(used) > 0.9 * Number(most) ? 'warn' : 'ok',
        detail: `${used} of ${most} connections, ${size}`,
      };
    },
  },
  {
    name: 'redis',
    service: 'redis',
    argv: ['sh', '-c', REDIS],
    judge(out) {
      const value = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(out)?.[1]?.trim() ?? '?';
      const bad = [
        value('loading') === '0' ? '' : 'still loading',
        value('aof_last_write_status') === 'ok' ? '' : 'its log cannot be written',
        value('maxmemory_policy') === 'noeviction' ? '' : `maxmemory-policy is ${value('maxmemory_policy')}`,
      ].filter(Boolean);
      return {
        status: bad.length > 0 ? 'fail' : 'ok',
        detail: bad.join(', ') || `${value('used_memory_human')} of ${value('maxmemory_human')}`,
      };
    },
  },
  {
    name: 'qdrant',
    service: 'qdrant',
    argv: ['bash', '-c', QDRANT],
    judge(out) {
      const { status, points_count: points } = (
        JSON.parse(out.slice(out.indexOf('{'))) as { result: Record<string, unknown> }
      ).result;
      return {
        status: status === 'green' ? 'ok' : status === 'yellow' ? 'warn' : 'fail',
        detail: `${status}, ${points} points`,
      };
    },
  },
  {
    name: 'objectstore',
    service: 'objectstore',
    argv: ['curl', '-fsS', '-o', '/dev/null', '-w', '%{http_code}', 'http://127.0.0.1:9000/minio/health/cluster'],
    judge: (out) => ({ status: out.trim() === '200' ? 'ok' : 'fail', detail: `writes: ${out.trim()}` }),
  },
  {
    name: 'store',
    service: 'api',
    argv: ['rag', 'status', '--json'],
    judge(out) {
      const { chunks, embedded, documents } = (JSON.parse(out) as { result: Record<string, number> }).result;
      return { status: 'ok', detail: `${documents} documents, ${embedded} of ${chunks} passages with a vector` };
    },
  },
];

export async function deepStatus(runner: Runner, facts: Facts): Promise<Deep[]> {
  const asked = PROBES.filter(({ service }) => facts.services.some(({ name }) => name === service));
  return Promise.all(
    asked.map(async ({ name, service, argv, judge }): Promise<Deep> => {
      const up = containersOf(facts, facts.services.find((one) => one.name === service)!).find(
        ({ state }) => state === 'running',
      );
      if (up === undefined) return { name, status: 'fail', detail: 'does not run' };
      try {
        return { name, ...judge((await runner.run(['docker', 'exec', up.id, ...argv], { timeoutMs: 20_000 })).out) };
      } catch (error) {
        const said =
          error instanceof RagError
            ? String(error.details?.err ?? '')
                .trim()
                .split('\n')
                .at(-1)
            : '';
        return { name, status: 'fail', detail: said || (error as Error).message };
      }
    }),
  );
}
