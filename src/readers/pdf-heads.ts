const KEPT = 2;
const FEWEST_LINES = 4;
const LONGEST_HEAD = 200;

/**
 * Drops running heads and feet: a first or last line of a page that stood there twice before, be it word for word or with a
 * number that counts with the pages. The first two stay, so nothing is lost, and no page need be held back.
 */
export function runningHeads(): (page: number, text: string) => string {
  const seen = new Map<string, number>();
  const counted = new Map<string, number>();
  const repeated = (line: string, page: number) => {
    let drop = false;
    for (const key of keys(line, page)) {
      const count = seen.get(key) ?? 0;
      if (count >= KEPT) drop = true;
      if (counted.get(key) !== page) seen.set(key, count + 1);
      counted.set(key, page);
    }
    return drop;
  };
  return (page, text) => {
    const lines = text.split('\n');
    const filled = lines.flatMap((line, index) => (line.trim() === '' ? [] : [index]));
    if (filled.length < FEWEST_LINES) return text;
    const edges = new Set([filled[0]!, filled[1]!, filled.at(-2)!, filled.at(-1)!]);
    const dropped = new Set([...edges].filter((index) => repeated(lines[index]!.trim(), page)));
    // The second line from the edge is part of a head only if the first is.
    if (!dropped.has(filled[0]!)) dropped.delete(filled[1]!);
    if (!dropped.has(filled.at(-1)!)) dropped.delete(filled.at(-2)!);
    if (dropped.size === 0) return text;
    return lines.filter((_, index) => !dropped.has(index)).join('\n');
  };
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
