import { type PageChars, type Stretch, sameRow } from './pdf-lines.ts';

interface Side {
  left: number;
  right: number;
  stretches: Stretch[];
}

const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}]/gu;
const WORDS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?<![^\s"'“‘(])\p{L}[\p{L}\p{M}'’]*(?![^\s.,;:!?"'”’)-])/gu;

/** A page of text has a few hundred; more are a drawing, or meant to cost time. */
const MOST = 3_000;

/**
 * Stretches in reading order. Content order is it in nearly all files, and tables keep their rows that way. Only where content goes
 * back up, or jumps over a gap row by row, and two columns of running text can be seen, are the columns read one after the other.
 */
export function readingOrder(page: PageChars, content: Stretch[]): Stretch[] {
  if (content.length < 6 || content.length > MOST || !disordered(content)) return content;
  const position = new Map(content.map((stretch, index) => [stretch, index]));
  const backwards = (page.text.match(RIGHT_TO_LEFT)?.length ?? 0) > page.text.length * 0.4;
  let moved = false;
  const order = (set: Stretch[], depth: number): Stretch[] =>
    zonesOf(set).flatMap((zone) => {
      const inContentOrder = zone.toSorted((a, b) => position.get(a)! - position.get(b)!);
      const columns = depth < 8 ? columnsOf(page, inContentOrder) : undefined;
      if (!columns) return depth > 0 ? downwards(inContentOrder) : inContentOrder;
      moved = true;
      if (backwards) columns.reverse();
      return columns.flatMap((column) => order(column, depth + 1));
    });
  // What runs up the margin stands beside all rows, in none.
  const tall = 4 * heightOf(content);
  const upright = content.filter((one) => one.top - one.bottom <= tall);
  const ordered = order(upright, 0);
  return moved ? [...ordered, ...content.filter((one) => one.top - one.bottom > tall)] : content;
}

/** Content order goes back up other than to the right, or jumps over a gap in many rows. */
function disordered(content: Stretch[]): boolean {
  let right = Number.NEGATIVE_INFINITY;
  let across = 0;
  let before: Stretch | undefined;
  for (const stretch of content) {
    if (before && sameRow(before, stretch)) across++;
    else if (before && stretch.bottom > (before.top + before.bottom) / 2) {
      if (stretch.left < right - 2) return true;
      right = Number.NEGATIVE_INFINITY;
    }
    right = Math.max(right, stretch.right);
    before = stretch;
  }
  return across >= 3;
}

/** One column: what goes down in one run stays together, the runs in the order of their tops. */
function downwards(content: Stretch[]): Stretch[] {
  const runs: Stretch[][] = [];
  for (const stretch of content) {
    const before = runs.at(-1)?.at(-1);
    const up = before && before.ends !== 'hyphen' && stretch.bottom > before.top + (before.top - before.bottom) / 2;
    if (!before || up) runs.push([stretch]);
    else runs.at(-1)!.push(stretch);
  }
  return runs.sort((a, b) => b[0]!.top - a[0]!.top).flat();
}

function rowsOf(set: Stretch[]): Stretch[][] {
  const rows: Stretch[][] = [];
  for (const stretch of set.toSorted((a, b) => b.top - a.top)) {
    const row = rows.slice(-3).findLast((other) => sameRow(other[0]!, stretch));
    if (row) row.push(stretch);
    else rows.push([stretch]);
  }
  return rows;
}

/** What the stretches cover from left to right, in pieces with a gutter between. */
function sidesOf(set: readonly Stretch[], gutter: number): Side[] {
  const sides: Side[] = [];
  for (const stretch of set.toSorted((a, b) => a.left - b.left)) {
    const last = sides.at(-1);
    if (last && stretch.left - last.right < gutter) {
      last.right = Math.max(last.right, stretch.right);
      last.stretches.push(stretch);
    } else sides.push({ left: stretch.left, right: stretch.right, stretches: [stretch] });
  }
  return sides;
}

const heightOf = (set: Stretch[]) => set.map((one) => one.top - one.bottom).sort((a, b) => a - b)[set.length >> 1] ?? 0;

/** Bands from top to bottom. Rows stay together as long as a gutter runs through all of them, or through none. */
function zonesOf(set: Stretch[]): Stretch[][] {
  const gutter = heightOf(set) * 0.7;
  const zones: { stretches: Stretch[]; sides: number; rows: number }[] = [];
  for (const row of rowsOf(set)) {
    const zone = zones.at(-1);
    const own = sidesOf(row, gutter).length;
    if (zone && (zone.sides > 1 || own === 1)) {
      const sides = sidesOf([...zone.stretches, ...row], gutter).length;
      // A line that spans two of three columns ends them, unless there is as yet little to end.
      if (sides > 1 ? sides >= zone.sides || zone.rows < 5 : zone.sides === 1) {
        zone.stretches.push(...row);
        zone.sides = sides;
        zone.rows++;
        continue;
      }
    }
    zones.push({ stretches: [...row], sides: own, rows: 1 });
  }
  return zones.map((zone) => zone.stretches);
}

/** The two sides of the first gutter with running text on both; undefined if there is none, or cells alternate over it. */
function columnsOf(page: PageChars, zone: Stretch[]): [Stretch[], Stretch[]] | undefined {
  const sides = sidesOf(zone, heightOf(zone) * 0.7);
  for (let cut = 1; cut < sides.length; cut++) {
    const at = sides[cut]!.left;
    const lines = [sides[cut - 1]!, sides[cut]!].map((side) => runningLines(page, side.stretches));
    if (Math.min(...lines) < 3 || Math.max(...lines) < 5) continue;
    // Back to the left and further down: at each line where columns are interleaved, never where they are not. Between the two
    // is a table drawn cell by cell.
    let returns = 0;
    for (const [i, one] of zone.entries()) {
      const before = zone[i - 1];
      if (before && before.left >= at && one.left < at && one.top <= (before.top + before.bottom) / 2) returns++;
    }
    if (returns >= 2 && returns < Math.min(...lines) / 2) continue;
    return [zone.filter((one) => one.left < at), zone.filter((one) => one.left >= at)];
  }
  return undefined;
}

/** Number of lines, if most fill the width and are made of words, as running text is; else 0. A Han character is a word. */
function runningLines(page: PageChars, set: Stretch[]): number {
  const rows = rowsOf(set);
  const width = Math.max(...set.map((one) => one.right)) - Math.min(...set.map((one) => one.left));
  let filled = 0;
  let words = 0;
  let letters = 0;
  let characters = 0;
  for (const row of rows) {
    if (row.reduce((sum, one) => sum + one.right - one.left, 0) > width * 0.6) filled++;
    for (const one of row) {
      const text = page.text.slice(one.start, one.end);
      words += text.match(WORDS)?.length ?? 0;
      letters += text.match(/\p{L}/gu)?.length ?? 0;
      characters += text.replace(/\s+/g, '').length;
    }
  }
  const running = filled >= rows.length * 0.5 && words >= rows.length * 3 && letters >= characters * 0.75;
  return running ? rows.length : 0;
}
