/** Pages that a line must stand on to be a running head. */
const OFTEN = 3;
const FEWEST_LINES = 4;
const LONGEST_HEAD = 200;
const PAGE_NUMBER =
  /^(?:page|seite|pág(?:ina)?|p\.?|第)?\s*[-–—|([]?\s*(?:\d+|[ivxl]+)\s*[-–—|)\]]?\s*[页頁]?\s*(?:(?:of|von|de|sur|共|\/)\s*\d+\s*[页頁]?)?$/i;

/** How many pages must be noted before the first one of them is stripped: what runs on shows by then. */
export const LOOK_AHEAD = OFTEN - 1;

export interface RunningHeads {
  /** Takes a page's text in, in the order of the pages. Pages count from 0. */
  note(page: number, text: string): void;
  /** The same page without its heads and feet, when the pages behind it are noted. */
  strip(page: number, text: string): string;
}

/**
 * Running heads and feet: a first or last line that stands there on three pages, be it word for word or with a number that counts with
 * the pages. A head is kept where it stands first, so nothing is lost; page numbers are kept nowhere.
 */
export function runningHeads(): RunningHeads {
  const seen = new Map<string, { count: number; first: number }>();
  const isHead = (line: string, page: number) => {
    const found = [...keys(line, page)].map((key) => seen.get(key)).filter((entry) => (entry?.count ?? 0) >= OFTEN);
    return found.length > 0 && (PAGE_NUMBER.test(line) || found.some((entry) => entry!.first !== page));
  };
  return {
    note(page, text) {
      const { lines, edges } = edgesOf(text);
      for (const key of new Set(edges.flatMap((index) => [...keys(lines[index]!.trim(), page)]))) {
        const entry = seen.get(key);
        if (entry) entry.count++;
        else seen.set(key, { count: 1, first: page });
      }
    },
    strip(page, text) {
      const { lines, edges } = edgesOf(text);
      if (edges.length === 0) return text;
      const dropped = new Set(edges.filter((index) => isHead(lines[index]!.trim(), page)));
      // The second line from the edge is part of a head only if the first is.
      if (!dropped.has(edges[0]!)) dropped.delete(edges[1]!);
      if (!dropped.has(edges[3]!)) dropped.delete(edges[2]!);
      if (dropped.size === 0) return text;
      return lines.filter((_, index) => !dropped.has(index)).join('\n');
    },
  };
}

/** The two first and the two last filled lines, by their index; none on a page of few lines. */
function edgesOf(text: string): { lines: string[]; edges: number[] } {
  const lines = text.split('\n');
  const filled = lines.flatMap((line, index) => (line.trim() === '' ? [] : [index]));
  if (filled.length < FEWEST_LINES) return { lines, edges: [] };
  return { lines, edges: [filled[0]!, filled[1]!, filled.at(-2)!, filled.at(-1)!] };
}

/** A head is short, and its page number stands at one end. Each key counts once: a number may repeat in a line. */
function keys(line: string, page: number): Set<string> {
  const found = new Set([`=${line.slice(0, LONGEST_HEAD + 1)}`]);
  if (/^[ivxl]+$/i.test(line)) found.add('#roman');
  const numbers = line.length <= LONGEST_HEAD ? [...line.matchAll(/\d+/g)] : [];
  for (const match of [...numbers.slice(0, 1), ...numbers.slice(-1)]) {
    const around = `${line.slice(0, match.index)}#${line.slice(match.index + match[0].length)}`;
    found.add(`${around} ${Number(match[0]) - page}`);
  }
  return found;
}
