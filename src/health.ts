import type { Context } from './context.ts';
import { type Cure, RagError, spoken } from './errors.ts';
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

/** What a check found, in both languages. */
export interface Finding extends Cure, Omit<ServiceCheck, 'name' | 'hint'> {
  /** The detail in Chinese. */
  zh?: string | undefined;
}

type Lang = 'en' | 'zh';

/** A service that says nothing for so long is down. */
const TIMEOUT_MS = 10_000;
const WAITING_MANY = 10_000;
const BEHIND_BYTES = 64 * 2 ** 20;

/** Asks all services of a server home at once; of a folder, its files. */
export async function health(context: Context, lang: Lang): Promise<Health> {
  const services = await context.services();
  if (services === undefined) {
    const check = await checked('index', lang, () => index(context));
    return { degraded: check.status !== 'ok', checks: [check], deadLetters: [], processes: [] };
  }
  const steps = await preparations(context);
  const checks = await Promise.all(
    steps.map(({ title, place, pending }) =>
      checked(title, lang, async () => {
        const due = await pending();
        if (due === undefined) return { status: 'ok', detail: place };
        return {
          status: 'warn',
          detail: `${place}: not as this version wants it (${due})`,
          zh: `${place}：与此版本所需不符（${due}）`,
          hint: 'rag migrate database',
        };
      }),
    ),
  );
  const found: Pick<Health, 'queue' | 'deadLetters' | 'processes'> = { deadLetters: [], processes: [] };
  if (context.config.values.DATABASE_REPLICA_URL !== undefined)
    checks.push(await checked('replica', lang, async () => replica(services)));
  // Jobs in memory are those of another process.
  if (context.config.values.QUEUE === 'redis')
    checks.push(
      await checked('jobs', lang, async () => jobs(services, found)),
      await checked('workers', lang, async () => workers(services, found)),
    );
  return { degraded: checks.some(({ status }) => status !== 'ok'), checks, ...found };
}

async function checked(name: string, lang: Lang, work: () => Promise<Finding>): Promise<ServiceCheck> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, refuse) => {
    const error = new RagError('unavailable', `no answer in ${TIMEOUT_MS / 1000} s`, {
      zh: `${TIMEOUT_MS / 1000} 秒内没有应答`,
    });
    timer = setTimeout(() => refuse(error), TIMEOUT_MS);
  });
  try {
    return told(name, await Promise.race([work(), late]), lang);
  } catch (error) {
    return told(name, failed(error), lang);
  } finally {
    clearTimeout(timer);
  }
}

/** A check that throws is a failed one. */
export function failed(error: unknown): Finding {
  if (!(error instanceof RagError)) return { status: 'fail', detail: (error as Error).message };
  const { message: detail, zh, hint, zhHint } = error;
  return { status: 'fail', detail, zh, hint, zhHint };
}

/** As its reader is told. */
export function told(name: string, { status, detail, ...rest }: Finding, lang: Lang): ServiceCheck {
  const { message, hint } = spoken({ message: detail, ...rest }, lang);
  return { name, status, detail: message, ...(hint ? { hint } : {}) };
}

async function index(context: Context): Promise<Finding> {
  const { store, release } = await context.latest();
  const [first] = await store.check().finally(release);
  if (first === undefined) return { status: 'ok', detail: 'whole', zh: '完好' };
  return {
    status: 'fail',
    detail: first,
    hint: 'rag doctor --repair rebuilds the index from the stored text',
    zhHint: 'rag doctor --repair 会用存储的文本重建索引',
  };
}

async function replica(services: Services): Promise<Finding> {
  const bytes = (await services.behind()) ?? 0;
  const [detail, zh] = [`${formatBytes(bytes)} behind`, `落后 ${formatBytes(bytes)}`];
  if (bytes < BEHIND_BYTES) return { status: 'ok', detail, zh };
  return {
    status: 'warn',
    detail: `${detail}: searches go to the primary`,
    zh: `${zh}：搜索改用主库`,
    hint: 'see pg_stat_replication there',
    zhHint: '请查看那里的 pg_stat_replication',
  };
}

async function jobs({ queue }: Services, found: Partial<Health>): Promise<Finding> {
  const depth = await queue.depth();
  found.queue = depth;
  const detail = `${depth.waiting} wait, ${depth.active} run, ${depth.delayed} are tried again later`;
  const zh = `${depth.waiting} 个等待，${depth.active} 个运行，${depth.delayed} 个稍后重试`;
  if (depth.dead > 0) {
    found.deadLetters = await queue.dead();
    return {
      ...{ status: 'warn', detail: `${detail}, ${depth.dead} were set aside`, zh: `${zh}，${depth.dead} 个已搁置` },
      hint: 'rag worker --retry tries them again, rag worker --drop forgets them',
      zhHint: 'rag worker --retry 重试，rag worker --drop 丢弃',
    };
  }
  if (depth.waiting > WAITING_MANY)
    return { status: 'warn', detail, zh, hint: 'start more workers', zhHint: '请启动更多 worker' };
  return { status: 'ok', detail, zh };
}

async function workers({ queue }: Services, found: Partial<Health>): Promise<Finding> {
  const processes = await queue.beats();
  found.processes = processes;
  const count = (role: Beat['role']) => processes.filter((one) => one.role === role).length;
  const detail = `${count('worker')} workers, ${count('scheduler')} schedulers at work`;
  const zh = `${count('worker')} 个 worker、${count('scheduler')} 个 scheduler 在运行`;
  const reads = { hint: 'rag worker reads what is uploaded', zhHint: 'rag worker 负责读取上传的文件' };
  if (count('worker') === 0) return { status: 'fail', detail, zh, ...reads };
  const sees = { hint: 'rag scheduler sees to what is due', zhHint: 'rag scheduler 负责定期的事务' };
  if (count('scheduler') === 0) return { status: 'warn', detail, zh, ...sees };
  return { status: 'ok', detail, zh };
}
