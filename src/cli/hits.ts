import type { SearchResult } from '../pipeline/search.ts';
import { type Messages, place } from './messages.ts';
import { marked, oneLine, type Style } from './style.ts';

/** What `rag search` prints for people. */
export function renderHits(say: Messages, style: Style, result: SearchResult): string {
  const { chunks, embedded } = result.coverage;
  if (chunks === 0) return say.empty;
  if (result.hits.length === 0) return say.noHits;
  const blocks = result.hits.map((hit) => {
    const where = [oneLine(hit.source), place(say, hit.locator)].filter(Boolean).join(' › ');
    const legs = [
      hit.lexical && `bm25 #${hit.lexical.rank} ${hit.lexical.score.toFixed(2)}`,
      hit.vector && `vector #${hit.vector.rank} ${hit.vector.score.toFixed(3)}`,
    ].filter(Boolean);
    const score = style.dim(`${hit.score.toFixed(3)}${result.explain ? ` (${legs.join(', ')})` : ''}`);
    const warning = hit.warnings ? `   ! ${say.instruction}\n` : '';
    return `${style.bold(`${hit.rank}. `)}${style.link(where)}  ${score}\n${warning}${snippet(hit.text, hit.highlights, style.mark)}`;
  });
  if (result.explain) {
    const { terms, expanded, fullMatch } = result.explain;
    blocks.push(
      style.dim(
        `terms: ${terms.join(' ')}\nother language: ${expanded.join(' ')}\nfull match: ${fullMatch.toFixed(2)}`,
      ),
    );
  }
  if (embedded < chunks && result.mode !== 'lexical') blocks.push(style.dim(say.partly(embedded, chunks)));
  return blocks.join('\n\n');
}

const SNIPPET = 320;

/** The stretch with the most highlights, white space folded, indented. */
function snippet(text: string, highlights: [number, number][], mark: (part: string) => string): string {
  let best = 0;
  let most = 0;
  for (const [start] of highlights) {
    const inside = highlights.filter(([from, to]) => from >= start && to <= start + SNIPPET).length;
    if (inside > most) [best, most] = [Math.max(0, start - 40), inside];
  }
  if (best > 0) best += text.slice(best).search(/\s|[\u3000-\u9fff]/) + 1;
  const cut = text.slice(best, best + SNIPPET);
  const inCut = highlights.filter(([from, to]) => from >= best && to <= best + cut.length);
  const shown = marked(
    cut,
    inCut.map(([from, to]) => [from - best, to - best]),
    mark,
  );
  return `   ${best > 0 ? '…' : ''}${shown.trim().replace(/\s+/g, ' ')}${best + SNIPPET < text.length ? '…' : ''}`;
}
