import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RagError } from '../../src/errors.ts';
import type { Handler, Queue, Working } from '../../src/queue/queue.ts';
import type { Event, Io } from '../../src/types.ts';

export interface OpenedQueue {
  queue: Queue;
  /** The same jobs as another process sees them; the same queue where there is no other. */
  other(): Promise<Queue>;
  close(): Promise<void>;
}

const quiet = (report: Io['report'] = () => {}): Io => ({ report, signal: new AbortController().signal });
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A handler that ends when it is told to. */
function gate() {
  let begun = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const handler: Handler = async (data) => {
    begun++;
    await opened;
    return { done: data };
  };
  return { handler, open: () => open(), begun: () => begun };
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await what()) return;
    await soon(25);
  }
  throw new Error(`it did not come to be: ${what}`);
}

/** What every driver of the port `Queue` does. Three tries, some milliseconds apart. */
export function queueContract(name: string, open: () => Promise<OpenedQueue>): void {
  describe(`queue: ${name}`, () => {
    let opened: OpenedQueue;
    let queue: Queue;
    const working: Working[] = [];
    const work = async (handlers: Record<string, Handler>, concurrency = 4, at = queue) => {
      const made = await at.work(handlers, { concurrency });
      working.push(made);
      return made;
    };
    beforeEach(async () => {
      opened = await open();
      queue = opened.queue;
      await queue.check();
    });
    afterEach(async () => {
      await Promise.all(working.splice(0).map((one) => one.drain(0)));
      await opened.close();
    });

    it('gives a job to a worker, its progress and its result to who waits', async () => {
      const events: Event[] = [];
      await work({
        async greet({ whom }: { whom: string }, io) {
          io.report({ type: 'note', message: `greeting ${whom}` });
          io.report({ type: 'file', source: 'a.md', status: 'added' });
          return { said: `hello ${whom}` };
        },
      });
      const other = await opened.other();
      const result = await other.run(
        'greet',
        'one',
        { whom: '世界' },
        quiet((event) => void events.push(event)),
      );
      expect(result).toEqual({ said: 'hello 世界' });
      expect(events).toEqual([
        { type: 'note', message: 'greeting 世界' },
        { type: 'file', source: 'a.md', status: 'added' },
      ]);
      expect(await queue.depth()).toEqual({ waiting: 0, active: 0, delayed: 0, dead: 0 });
    });

    it('takes the same id twice for one job while it waits or runs, and for a new one when it has ended', async () => {
      const { handler, open: letGo, begun } = gate();
      await queue.add('slow', 'same', { n: 1 });
      await queue.add('slow', 'same', { n: 2 });
      expect(await queue.depth()).toMatchObject({ waiting: 1 });
      const both = [
        queue.run('slow', 'same', { n: 3 }, quiet()),
        (await opened.other()).run('slow', 'same', {}, quiet()),
      ];
      await work({ slow: handler });
      await until(() => begun() === 1);
      both.push(queue.run('slow', 'same', { n: 4 }, quiet()));
      await soon(100);
      letGo();
      for (const result of await Promise.all(both)) expect(result).toEqual({ done: { n: 1 } });
      expect(begun()).toBe(1);
      expect(await queue.run('slow', 'same', { n: 5 }, quiet())).toEqual({ done: { n: 5 } });
      expect(begun()).toBe(2);
    });

    it('does as many at once as it was told, and each once', async () => {
      let now = 0;
      let most = 0;
      const seen: number[] = [];
      const handler: Handler = async ({ n }: { n: number }) => {
        most = Math.max(most, ++now);
        await soon(20);
        seen.push(n);
        now--;
        return {};
      };
      await work({ count: handler }, 3);
      await Promise.all(Array.from({ length: 30 }, (_, n) => queue.run('count', `n${n}`, { n }, quiet())));
      expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n));
      expect(most).toBe(3);
    });

    it('tries again what breaks, and sets it aside after some times, with its reason', async () => {
      let tries = 0;
      await work({
        async shaky() {
          if (++tries < 3) throw new Error('not yet');
          return { tries };
        },
        async broken() {
          throw new Error('never');
        },
      });
      expect(await queue.run('shaky', 'a', {}, quiet())).toEqual({ tries: 3 });
      await expect(queue.run('broken', 'b', { file: 'b.pdf' }, quiet())).rejects.toThrow('bug');
      const [letter, ...more] = await queue.dead();
      expect(letter).toMatchObject({ id: 'b', name: 'broken', data: { file: 'b.pdf' }, tries: 3 });
      expect(letter!.reason).toContain('never');
      expect(more).toEqual([]);
      expect(await queue.depth()).toMatchObject({ dead: 1, waiting: 0, active: 0 });
    });

    it('sets aside at once what no retry can help, in its own words', async () => {
      let tries = 0;
      await work({
        async refuse() {
          tries++;
          throw new RagError('refused', 'a rule said no', { hint: 'ask again', zhHint: '请再问', zh: '规则不允许' });
        },
      });
      const failed = queue.run('refuse', 'a', {}, quiet());
      await expect(failed).rejects.toMatchObject({ code: 'refused', message: 'a rule said no', hint: 'ask again' });
      await expect(failed).rejects.toMatchObject({ zh: '规则不允许', zhHint: '请再问' });
      expect(tries).toBe(1);
      expect(await queue.dead()).toMatchObject([{ id: 'a', reason: 'a rule said no' }]);
    });

    it('does not count what fails in passing, however often', async () => {
      let tries = 0;
      await work({
        async away() {
          if (++tries < 8) throw new RagError('unavailable', 'the store is down');
          return { tries };
        },
      });
      expect(await queue.run('away', 'a', {}, quiet())).toEqual({ tries: 8 });
      expect(await queue.dead()).toEqual([]);
    });

    it('tries again what was set aside when it is told so, or drops it', async () => {
      let mended = false;
      await work({
        async once() {
          if (!mended) throw new RagError('config', 'a key is wrong');
          return {};
        },
      });
      for (const id of ['a', 'b']) await expect(queue.run('once', id, {}, quiet())).rejects.toThrow('a key');
      mended = true;
      expect(await queue.revive()).toBe(2);
      await until(async () => Object.values(await queue.depth()).every((count) => count === 0));
      mended = false;
      await expect(queue.run('once', 'c', {}, quiet())).rejects.toThrow('a key');
      expect(await queue.bury()).toBe(1);
      expect(await queue.depth()).toEqual({ waiting: 0, active: 0, delayed: 0, dead: 0 });
    });

    it('lets what is under way end when it drains, and begins nothing more', async () => {
      const { handler, open: letGo, begun } = gate();
      const one = await work({ slow: handler }, 1);
      const first = queue.run('slow', 'a', {}, quiet());
      await until(() => begun() === 1);
      await queue.add('slow', 'b', {});
      const drained = one.drain(60_000);
      await soon(50);
      letGo();
      await drained;
      await first;
      expect([begun(), (await queue.depth()).waiting]).toEqual([1, 1]);
    });

    it('gives back what does not end in time', async () => {
      const stuck: Handler = (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      const one = await work({ slow: stuck });
      const result = queue.run('slow', 'a', {}, quiet());
      await until(async () => (await queue.depth()).active === 1);
      await one.drain(10);
      expect(await queue.dead()).toEqual([]);
      await work({ slow: async () => ({ by: 'another' }) });
      expect(await result).toEqual({ by: 'another' });
    });

    it('lets who waits leave; the job goes on', async () => {
      const { handler, open: letGo, begun } = gate();
      await work({ slow: handler });
      const leave = new AbortController();
      const waiting = queue.run('slow', 'a', {}, { report() {}, signal: leave.signal });
      await until(() => begun() === 1);
      leave.abort();
      await expect(waiting).rejects.toThrow();
      letGo();
      await until(async () => (await queue.depth()).active === 0);
      expect(begun()).toBe(1);
    });

    it('fires once a period, however many say so', async () => {
      const times: number[] = [];
      const tick: Handler = async () => {
        times.push(Date.now());
        return {};
      };
      await work({ tick });
      const other = await opened.other();
      const started = Date.now();
      while (Date.now() - started < 3300) {
        await Promise.all([queue.schedule('tick', 1), other.schedule('tick', 1)]);
        await soon(200);
      }
      expect(times.length).toBeGreaterThanOrEqual(3);
      expect(times.length).toBeLessThanOrEqual(5);
      expect((await queue.depth()).delayed).toBe(0);
    });

    it('knows who is at work', async () => {
      const leave = await queue.announce('worker');
      expect(await (await opened.other()).beats()).toMatchObject([{ role: 'worker', pid: process.pid }]);
      await leave();
      expect(await queue.beats()).toEqual([]);
      expect(await queue.shared('word')).toBeUndefined();
      await queue.share('word', '备份');
      expect(await (await opened.other()).shared('word')).toBe('备份');
    });
  });
}
