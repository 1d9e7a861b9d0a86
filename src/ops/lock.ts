import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { RagError } from '../errors.ts';

export interface Holder {
  who: string;
  host: string;
  pid: number;
  verb: string;
  /** ISO time. */
  since: string;
  heartbeat: string;
}

const BEAT_MS = 10_000;
/** Three heartbeats missed. */
const STALE_MS = 35_000;

export const lockOf = (folder: string) => join(folder, '.lock');

/** Who holds the folder; undefined if nobody does. */
export async function holderOf(folder: string): Promise<Holder | undefined> {
  const text = await readFile(join(lockOf(folder), 'holder.json'), 'utf8').catch(() => undefined);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Holder);
  } catch {
    return undefined;
  }
}

/** Whether its process has gone: on this machine that is asked, of another one its heartbeat tells. */
export function isStale(holder: Holder, now = Date.now()): boolean {
  if (now - Date.parse(holder.heartbeat) > STALE_MS) return true;
  return holder.host === hostname() && !isAlive(holder.pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * One change at a time: runs `work` while `.lock/` in the folder is ours. A lock whose process on this machine has gone is taken over;
 * throws RagError('locked') naming the holder otherwise.
 */
export async function locked<T>(folder: string, verb: string, work: () => Promise<T>): Promise<T> {
  const dir = lockOf(folder);
  for (let attempt = 0; ; attempt++) {
    try {
      await mkdir(dir, { mode: 0o700 });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = await holderOf(folder);
      const gone = holder !== undefined && holder.host === hostname() && !isAlive(holder.pid);
      if (!gone || attempt > 0) throw taken(folder, holder);
      await rm(dir, { recursive: true, force: true });
    }
  }
  const since = new Date().toISOString();
  const beat = () => {
    const holder: Holder = {
      ...{ who: userInfo().username, host: hostname(), pid: process.pid, verb, since },
      heartbeat: new Date().toISOString(),
    };
    return writeFile(join(dir, 'holder.json'), `${JSON.stringify(holder)}\n`);
  };
  await beat();
  const beating = setInterval(() => void beat().catch(() => {}), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beating);
    await rm(dir, { recursive: true, force: true });
  }
}

function taken(folder: string, holder: Holder | undefined): RagError {
  if (holder === undefined)
    return new RagError('locked', `${lockOf(folder)} is there, and does not say whose it is`, {
      hint: `if no other rag stack command runs: rag lock break --reason "…"`,
      zhHint: '如果没有其他 rag stack 命令在运行：rag lock break --reason "…"',
      zh: `${lockOf(folder)} 已存在，且未说明持有者`,
    });
  const age = Math.round((Date.now() - Date.parse(holder.since)) / 1000);
  const stale = isStale(holder) ? '; it gives no sign of life' : '';
  return new RagError(
    'locked',
    `rag ${holder.verb} of ${holder.who}@${holder.host} (process ${holder.pid}) has been at work here for ${age} s${stale}`,
    {
      ...(stale
        ? { hint: 'rag lock break --reason "…" takes the lock away', zhHint: 'rag lock break --reason "…" 可解除锁定' }
        : { hint: 'wait for it, or stop it there', zhHint: '请等它结束，或在那里停止它' }),
      zh: `${holder.who}@${holder.host} 的 rag ${holder.verb}（进程 ${holder.pid}）已在此运行 ${age} 秒`,
      details: { ...holder },
    },
  );
}
