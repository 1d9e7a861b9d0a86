import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Deps } from './call.ts';
import { withStore } from './call.ts';

export interface Metrics {
  request(method: string, route: string, status: number, seconds: number): void;
  counted: Deps['counted'];
  /** Text in Prometheus' format. */
  text(): Promise<string>;
}

const HELP = {
  queries: 'Questions answered',
  searches: 'Searches',
  tokens: 'Tokens of models, about: prompts, answers and texts embedded',
  dollars: 'Cost of the answering model by LLM_PRICE',
  documents: 'Documents taken in',
};

/** What Prometheus reads: requests, their time and errors, this process, what the home holds, what was asked. */
export function openMetrics(deps: () => Deps): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry });
  const labelNames = ['method', 'route', 'status'] as const;
  const seconds = new Histogram({
    ...{ name: 'rag_http_request_duration_seconds', help: 'Time of requests', labelNames: [...labelNames], registers },
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  });
  const errors = new Counter({
    ...{ name: 'rag_http_errors_total', help: 'Requests that ended with 5xx', labelNames: ['route'], registers },
  });
  const counters = Object.fromEntries(
    (Object.keys(HELP) as (keyof typeof HELP)[]).map((what) => [
      what,
      new Counter({ name: `rag_${what}_total`, help: `${HELP[what]}, since the start`, registers }),
    ]),
  ) as Record<Parameters<Deps['counted']>[0], Counter>;
  for (const what of ['documents', 'chunks', 'embedded', 'bytes'] as const)
    new Gauge({
      ...{ name: `rag_home_${what}`, help: `${what} in the home`, registers },
      async collect() {
        this.set(await withStore(deps(), async (store) => (await store.coverage())[what]));
      },
    });
  const jobs = new Gauge({ name: 'rag_jobs', help: 'Jobs by state', labelNames: ['state'], registers });
  const processes = new Gauge({ name: 'rag_processes', help: 'At work, by role', labelNames: ['role'], registers });
  /** Absent while the queue is: what was true before may not be now. */
  async function askQueue(): Promise<void> {
    jobs.reset();
    processes.reset();
    const queue = (await deps().context.services())?.queue;
    if (queue === undefined) return;
    const [depth, beats] = await Promise.all([queue.depth(), queue.beats()]);
    for (const [state, count] of Object.entries(depth)) jobs.set({ state }, count);
    for (const role of ['worker', 'scheduler'] as const)
      processes.set({ role }, beats.filter((beat) => beat.role === role).length);
  }
  return {
    request(method, route, status, time) {
      seconds.observe({ method, route, status: String(status) }, time);
      if (status >= 500) errors.inc({ route });
    },
    counted: (what, n) => counters[what].inc(n),
    async text() {
      await askQueue().catch(() => {});
      return registry.metrics();
    },
  };
}
