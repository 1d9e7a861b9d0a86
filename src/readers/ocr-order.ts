import type { Line } from '../ocr/ocr.ts';

/** Lines side by side at the same height, left to right. */
type Row = Line[];

/**
 * A gap between columns is at least this × the height of a line (a box with its margin, as for paragraphs); a column has at least
 * this many rows, this × as wide as high.
 */
const GUTTER = 0.77;
const COLUMN_ROWS = 3;
const COLUMN_WIDTH = 6;

/**
 * Lines in reading order: columns from left to right, each as rows from top to bottom. What spans the columns (a heading, a
 * footer) ends them. Narrow columns are a table's and are read row by row.
 */
export function readingOrder(lines: Line[]): Row[][] {
  const heights = lines.map(({ box }) => box.height).sort((a, b) => a - b);
  return order(levelled(lines), heights[heights.length >> 1] ?? 0);
}

/** The page may lean: positions are taken along the direction of most of the text. */
function levelled(lines: Line[]): Placed[] {
  const long = lines.filter(({ box }) => box.width > 5 * box.height).map(({ box }) => box.angle);
  const lean = long.sort((a, b) => a - b)[long.length >> 1] ?? 0;
  const cos = Math.cos(lean);
  const sin = Math.sin(lean);
  return lines.map((line) => {
    const { x, y, width, height } = line.box;
    const along = x * cos + y * sin;
    const across = y * cos - x * sin;
    return { line, left: along - width / 2, right: along + width / 2, middle: across, height };
  });
}

interface Placed {
  line: Line;
  left: number;
  right: number;
  middle: number;
  height: number;
}

function order(placed: Placed[], height: number): Row[][] {
  const rows = rowsOf(placed);
  const columns: Row[][] = [];
  let plain: Row[] = [];
  for (let from = 0; from < rows.length; ) {
    const found = columnsAt(rows, from, height);
    if (found === undefined) {
      plain.push(rows[from++]!.map(({ line }) => line));
      continue;
    }
    if (plain.length > 0) columns.push(plain);
    plain = [];
    const inside = rows.slice(from, found.end).flat();
    columns.push(
      ...order(
        inside.filter(({ right }) => right <= found.gutter),
        height,
      ),
      ...order(
        inside.filter(({ right }) => right > found.gutter),
        height,
      ),
    );
    from = found.end;
  }
  if (plain.length > 0) columns.push(plain);
  return columns;
}

/** Lines whose middles are within half a height of each other. */
function rowsOf(placed: Placed[]): Placed[][] {
  const rows: Placed[][] = [];
  for (const line of placed.toSorted((a, b) => a.middle - b.middle)) {
    const row = rows.at(-1);
    const middle = row === undefined ? 0 : row.reduce((sum, other) => sum + other.middle, 0) / row.length;
    if (row !== undefined && line.middle - middle < Math.min(line.height, row[0]!.height) / 2) row.push(line);
    else rows.push([line]);
  }
  for (const row of rows) row.sort((a, b) => a.left - b.left);
  return rows;
}

/** The most rows from `from` on that leave a gutter free from top to bottom, if what is left and right of it are columns of text. */
function columnsAt(rows: Placed[][], from: number, height: number): { end: number; gutter: number } | undefined {
  let covered: { left: number; right: number }[] = [];
  let gutters: { at: number; width: number }[] = [];
  let end = from;
  for (; end < rows.length; end++) {
    const wider = union([...covered, ...rows[end]!]);
    const free = wider
      .slice(1)
      .map((span, i) => ({ at: (span.left + wider[i]!.right) / 2, width: span.left - wider[i]!.right }))
      .filter(({ width }) => width >= GUTTER * height);
    if (free.length === 0 && gutters.length > 0) break;
    covered = wider;
    gutters = free;
    if (free.length === 0 && covered.some(({ left, right }) => right - left > COLUMN_WIDTH * 4 * height))
      return undefined;
  }
  const inside = rows.slice(from, end).flat();
  const gutter = gutters.sort((a, b) => b.width - a.width).find(({ at }) => splits(inside, at, height));
  return gutter === undefined ? undefined : { end, gutter: gutter.at };
}

function union(spans: { left: number; right: number }[]): { left: number; right: number }[] {
  const merged: { left: number; right: number }[] = [];
  for (const { left, right } of spans.toSorted((a, b) => a.left - b.left)) {
    const last = merged.at(-1);
    if (last !== undefined && left <= last.right) last.right = Math.max(last.right, right);
    else merged.push({ left, right });
  }
  return merged;
}

function splits(lines: Placed[], gutter: number, height: number): boolean {
  return [lines.filter(({ right }) => right <= gutter), lines.filter(({ right }) => right > gutter)].every((side) => {
    const widths = side.map(({ left, right }) => right - left).sort((a, b) => a - b);
    return side.length >= COLUMN_ROWS && widths[widths.length >> 1]! >= COLUMN_WIDTH * height;
  });
}
