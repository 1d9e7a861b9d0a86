export type Part =
  | { kind: 'text' | 'strong' | 'code'; text: string; unsupported?: boolean }
  | { kind: 'citation'; n: number };

export interface Block {
  /** `quote`: a line that is nothing but quoted words and where they stand. */
  kind: 'paragraph' | 'item' | 'quote';
  parts: Part[];
}

const INLINE = /\[(\d+(?:\s*[,，]\s*\d+)*)\]|\*\*([^*\n]+)\*\*|`([^`\n]+)`/g;

/** An answer's text to what is drawn of it. Only emphasis, lists and citations are taken from Markdown; all else is text. */
export function answerBlocks(answer: string, unsupported: string[]): Block[] {
  return answer.split(/\n+/).flatMap((line) => {
    const trimmed = line.trim();
    if (trimmed === '') return [];
    const item = /^(?:[-*•]|\d+[.)])\s+/.exec(trimmed);
    const text = trimmed.slice(item?.[0].length ?? 0).replace(/^#+\s+/, '');
    const kind = item ? 'item' : /^“[\s\S]*”\s*(?:\[\d+\])?$/.test(text) ? 'quote' : 'paragraph';
    return [{ kind, parts: doubted(text, unsupported).flatMap(([piece, doubt]) => inline(piece, doubt)) } as Block];
  });
}

/** Cut at sentences that nothing supports. */
function doubted(text: string, unsupported: string[]): [string, boolean][] {
  const spans = unsupported
    .flatMap((sentence) => {
      const at = sentence === '' ? -1 : text.indexOf(sentence);
      return at < 0 ? [] : [{ at, end: at + sentence.length }];
    })
    .sort((a, b) => a.at - b.at);
  const pieces: [string, boolean][] = [];
  let from = 0;
  for (const { at, end } of spans) {
    if (at < from) continue;
    pieces.push([text.slice(from, at), false], [text.slice(at, end), true]);
    from = end;
  }
  return [...pieces, [text.slice(from), false] as [string, boolean]].filter(([piece]) => piece !== '');
}

function inline(text: string, unsupported: boolean): Part[] {
  const parts: Part[] = [];
  const mark = unsupported ? { unsupported } : {};
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [all, numbers, strong, code] = match;
    // A citation does not part from its last word at the end of a line.
    const before = text.slice(from, match.index).replace(numbers ? /\s+$/ : /$^/, '\u00a0');
    if (before !== '') parts.push({ kind: 'text', text: before, ...mark });
    if (numbers) parts.push(...numbers.split(/[,，]/).map((n) => ({ kind: 'citation' as const, n: Number(n) })));
    else parts.push({ kind: strong ? 'strong' : 'code', text: (strong ?? code)!, ...mark });
    from = match.index + all.length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from), ...mark });
  return parts;
}

/** Unsupported sentences that do not stand in the answer's text: they were left out of it. */
export function leftOut(answer: string, unsupported: string[]): string[] {
  return unsupported.filter((sentence) => !answer.includes(sentence));
}
