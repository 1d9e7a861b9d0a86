const gain = (grade: number, rank: number): number => (2 ** grade - 1) / Math.log2(rank + 2);

/** nDCG@k of distinct sources, best first. */
export function ndcg(ranked: readonly string[], relevant: ReadonlyMap<string, number>, k = 10): number {
  const ideal = [...relevant.values()]
    .sort((a, b) => b - a)
    .slice(0, k)
    .reduce((sum, grade, rank) => sum + gain(grade, rank), 0);
  if (ideal === 0) return 0;
  return ranked.slice(0, k).reduce((sum, source, rank) => sum + gain(relevant.get(source) ?? 0, rank), 0) / ideal;
}

export function recall(ranked: readonly string[], relevant: ReadonlyMap<string, number>, k = 10): number {
  const wanted = [...relevant].filter(([, grade]) => grade > 0);
  const top = new Set(ranked.slice(0, k));
  return wanted.length === 0 ? 0 : wanted.filter(([source]) => top.has(source)).length / wanted.length;
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
