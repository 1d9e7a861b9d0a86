import { RagError } from '../errors.ts';
import { certificate } from './certificate.ts';
import type { Facts } from './inspect.ts';
import { containersOf } from './state.ts';
import type { Runner } from './step.ts';

export interface Deep {
  name: string;
  status: 'ok' | 'warn' | 'fail';
  detail: string;
}

export interface DeepStatus {
  checks: Deep[];
  /** Jobs by state; absent where the home could not be asked. */
  queue?: Record<string, number>;
  deadLetters: { name: string; data: object; reason: string; tries: number }[];
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
];

/** All of it at once. `url`: where the stack is reached. */
export async function deepStatus(runner: Runner, facts: Facts, url: string): Promise<DeepStatus> {
  const asked = PROBES.filter(({ service }) => facts.services.some(({ name }) => name === service));
  const [home, door, ...stores] = await Promise.all([
    homeStatus(runner, facts),
    certificate(facts, url),
    ...asked.map(({ name, service, argv, judge }) =>
      checked(name, async () => judge((await inside(runner, facts, service, argv)).out)),
    ),
  ]);
  return { ...home, checks: [...stores, ...home.checks, ...(door ? [door] : [])] };
}

/** The home as the API has it: what `rag status --deep` says there. */
async function homeStatus(runner: Runner, facts: Facts): Promise<DeepStatus> {
  let found: (DeepStatus & { documents?: number; chunks?: number; embedded?: number }) | undefined;
  const store = await checked('store', async () => {
    // It leaves with 3 where something is not well, and names it.
    const { out } = await inside(runner, facts, 'api', ['rag', 'status', '--deep', '--json'], [0, 3]);
    found = (JSON.parse(out) as { result: typeof found }).result!;
    const { documents, chunks, embedded } = found;
    if (documents === undefined) return { status: 'fail', detail: 'cannot be read' };
    return { status: 'ok', detail: `${documents} documents, ${embedded} of ${chunks} passages with a vector` };
  });
  if (found === undefined) return { checks: [store], deadLetters: [] };
  const { checks, queue, deadLetters } = found;
  return {
    checks: [store, ...checks.map(({ name, status, detail }) => ({ name, status, detail }))],
    ...(queue ? { queue } : {}),
    deadLetters,
  };
}

async function inside(runner: Runner, facts: Facts, name: string, argv: string[], codes = [0]) {
  const service = facts.services.find((one) => one.name === name);
  const up = service && containersOf(facts, service).find(({ state }) => state === 'running');
  if (up === undefined) throw new RagError('unavailable', 'does not run');
  return runner.run(['docker', 'exec', up.id, ...argv], { timeoutMs: 20_000, codes });
}

async function checked(name: string, ask: () => Promise<Omit<Deep, 'name'>>): Promise<Deep> {
  try {
    return { name, ...(await ask()) };
  } catch (error) {
    const err = error instanceof RagError ? String(error.details?.err ?? '') : '';
    return { name, status: 'fail', detail: err.trim().split('\n').at(-1) || (error as Error).message };
  }
}
