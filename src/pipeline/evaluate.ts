/** Grades by document id, for one question; what is not named is not relevant. */
export type Grades = Map<string, number>;

export interface SetMetrics {
  name: string;
  queries: number;
  ndcg10: number;
  recall10: number;
  mrr10: number;
  p50ms: number;
  p95ms: number;
}

/** One question's ranking, distinct documents best first, and how long it took. */
export interface Judged {
  ranking: string[];
  grades: Grades;
  ms: number;
}

const CUT = 10;

/** Means over questions, as trec_eval defines them: gain = grade, discount = log2(rank + 1). */
export function metrics(name: string, judged: Judged[]): SetMetrics {
  const mean = (value: (one: Judged) => number) =>
    judged.reduce((sum, one) => sum + value(one), 0) / Math.max(1, judged.length);
  const times = judged.map((one) => one.ms).sort((a, b) => a - b);
  const percentile = (share: number) =>
    round(times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0, 1);
  return {
    name,
    queries: judged.length,
    ndcg10: round(mean(ndcg), 4),
    recall10: round(mean(recall), 4),
    mrr10: round(mean(reciprocalRank), 4),
    p50ms: percentile(0.5),
    p95ms: percentile(0.95),
  };
}

function ndcg({ ranking, grades }: Judged): number {
  const gain = (values: number[]) => values.slice(0, CUT).reduce((sum, grade, i) => sum + grade / Math.log2(i + 2), 0);
  const ideal = gain([...grades.values()].filter((grade) => grade > 0).sort((a, b) => b - a));
  return ideal === 0 ? 0 : gain(ranking.map((id) => Math.max(0, grades.get(id) ?? 0))) / ideal;
}

function recall({ ranking, grades }: Judged): number {
  const relevant = [...grades].filter(([, grade]) => grade > 0).map(([id]) => id);
  const found = new Set(ranking.slice(0, CUT));
  return relevant.length === 0 ? 0 : relevant.filter((id) => found.has(id)).length / relevant.length;
}

function reciprocalRank({ ranking, grades }: Judged): number {
  const at = ranking.slice(0, CUT).findIndex((id) => (grades.get(id) ?? 0) > 0);
  return at < 0 ? 0 : 1 / (at + 1);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
