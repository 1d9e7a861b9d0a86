import type { Run, SetResult } from '../api-types.ts';

export const METRICS = ['ndcg10', 'recall10', 'mrr10'] as const;
export type Metric = (typeof METRICS)[number];

/** Runs that can be compared with the last one: the same questions, asked in the same way. */
export function comparable(runs: Run[]): Run[] {
  const last = runs.at(-1);
  return runs.filter(({ questions, mode }) => questions === last?.questions && mode === last.mode);
}

/** Mean of a run's sets, by their number of questions. */
export function overall({ sets }: Run, metric: Metric): number {
  const total = sets.reduce((sum, { queries }) => sum + queries, 0);
  return sets.reduce((sum, set) => sum + set[metric] * set.queries, 0) / Math.max(1, total);
}

export function historyOf(runs: Run[], name: string): SetResult[] {
  return runs.flatMap(({ sets }) => sets.find((set) => set.name === name) ?? []);
}
