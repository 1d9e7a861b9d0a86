/** One question, and the best passages that each home finds for it, best first. */
export interface Asked {
  question: string;
  before: string[];
  after: string[];
}

export interface Parity {
  questions: number;
  /** Share of the best passages that both homes have, mean over the questions; 1 where neither finds any. */
  overlap: number;
  /** Questions whose lists are equal, order included. */
  equal: number;
  /** The questions that differ most, at most ten. */
  worst: { question: string; overlap: number }[];
}

const SHOWN = 10;

/** How much two homes answer alike. */
export function parityOf(asked: Asked[]): Parity {
  const each = asked.map(({ question, before, after }) => ({ question, overlap: overlapOf(before, after) }));
  const sum = each.reduce((total, { overlap }) => total + overlap, 0);
  return {
    questions: asked.length,
    overlap: asked.length === 0 ? 1 : sum / asked.length,
    equal: asked.filter(({ before, after }) => before.join('\n') === after.join('\n')).length,
    worst: each
      .filter(({ overlap }) => overlap < 1)
      .sort((a, b) => a.overlap - b.overlap)
      .slice(0, SHOWN),
  };
}

/** Of the longer list: what only one of them finds counts against both. */
function overlapOf(before: string[], after: string[]): number {
  const longer = Math.max(before.length, after.length);
  if (longer === 0) return 1;
  const known = new Set(before);
  return after.filter((id) => known.has(id)).length / longer;
}
