import type { Context } from './context.ts';
import { RagError } from './errors.ts';
import { preparations } from './preparations.ts';
import type { Beat, DeadLetter, Depth } from './queue/queue.ts';
import type { Services } from './services.ts';
import { formatBytes } from './units.ts';

export interface ServiceCheck {
  name: string;
  status: 'ok' | 'warn' | 'fail';
  detail: string;
  hint?: string;
}

/** What a home stands on, as it is now. */
export interface Health {
  degraded: boolean;
  checks: ServiceCheck[];
  queue?: Depth;
  deadLetters: DeadLetter[];
  processes: Beat[];
}

type Finding = Omit<ServiceCheck, 'name'>;

/** A service that says nothing for so long is down. */
const TIMEOUT_MS = 10_000;
const WAITING_MANY = 10_000;
const BEHIND_BYTES = 64 * 2 ** 20;

/** Asks all services of a server home at once; of a folder, its files. */
export async function health(context: Context): Promise<Health> {
  const services = await context.services();
  if (services === undefined) {
    const check = await checked('index', () => index(context));
    return { degraded: check.status !== 'ok', checks: [check], deadLetters: [], processes: [] };
  }
  const steps = await preparations(context);
  const checks = await Promise.all(
    steps.map(({ title, place, pending }) =>
      checked(title, async () => {
        const due = await pending();
        if (due === undefined) return { status: 'ok', detail: place };
        return {
          status: 'warn',
          detail: `${place}: not as this version wants it (${due})`,
          hint: 'rag migrate database',
        };
      }),
    ),
  );
  const found: Pick<Health, 'queue' | 'deadLetters' | 'processes'> = { deadLetters: [], processes: [] };
  if (context.config.values.DATABASE_REPLICA_URL !== undefined)
    checks.push(await checked('replica', async () => replica(services)));
  // Jobs in memory are those of another process.
  if (context.config.values.QUEUE === 'redis')
    checks.push(
      await checked('jobs', async () => jobs(services, found)),
      await checked('workers', async () => workers(services, found)),
    );
  return { degraded: checks.some(({ status }) => status !== 'ok'), checks, ...found };
}

async function checked(name: string, work: () => Promise<Finding>): Promise<ServiceCheck> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new RagError('unavailable', `no answer in ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
  });
  try {
    return { name, ...(await Promise.race([work(), late])) };
  } catch (error) {
    const hint = error instanceof RagError ? error.hint : undefined;
    return { name, status: 'fail', detail: (error as Error).message, ...(hint ? { hint } : {}) };
  } finally {
    clearTimeout(timer);
  }
}

async function index(context: Context): Promise<Finding> {
  const { store, release } = await context.latest();
  const [first] = await store.check().finally(release);
  if (first === undefined) return { status: 'ok', detail: 'whole' };
  return { status: 'fail', detail: first, hint: 'rag doctor --repair rebuilds the index from the stored text' };
}

async function replica(services: Services): Promise<Finding> {
  const bytes = (await services.behind()) ?? 0;
  const detail = `${formatBytes(bytes)} behind`;
  if (bytes < BEHIND_BYTES) return { status: 'ok', detail };
  return { status: 'warn', detail: `${detail}: searches go to the primary`, hint: 'see pg_stat_replication there' };
}

async function jobs({ queue }: Services, found: Partial<Health>): Promise<Finding> {
  const depth = await queue.depth();
  found.queue = depth;
  const detail = `${depth.waiting} wait, ${depth.active} run, ${depth.delayed} are tried again later`;
  if (depth.dead > 0) {
    found.deadLetters = await queue.dead();
    return {
      ...{ status: 'warn', detail: `${detail}, ${depth.dead} were set aside` },
      hint: 'rag worker --retry tries them again, rag worker --drop forgets them',
    };
  }
  if (depth.waiting > WAITING_MANY) return { status: 'warn', detail, hint: 'start more workers' };
  return { status: 'ok', detail };
}

async function workers({ queue }: Services, found: Partial<Health>): Promise<Finding> {
  const processes = await queue.beats();
  found.processes = processes;
  const count = (role: Beat['role']) => processes.filter((one) => one.role === role).length;
  const detail = `${count('worker')} workers, ${count('scheduler')} schedulers at work`;
  if (count('worker') === 0) return { status: 'fail', detail, hint: 'rag worker reads what is uploaded' };
  if (count('scheduler') === 0) return { status: 'warn', detail, hint: 'rag scheduler sees to what is due' };
  return { status: 'ok', detail };
}
