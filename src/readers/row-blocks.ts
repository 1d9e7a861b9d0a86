import type { Section } from '../types.ts';
import { columnName, type Row } from './xlsx-rows.ts';

/** About one passage: a block's range is then exact enough to point at. */
const BLOCK = 1_500;

export interface RowBlocks {
  add(row: Row): void;
  take(): Section[];
  finish(): Section[];
}

/**
 * Gathers a sheet's rows into table sections with their cell range. The first row of several cells that holds nothing but text
 * is the header of what follows, until an empty row starts the next table.
 */
export function rowBlocks(sheet: string): RowBlocks {
  const done: Section[] = [];
  let lines: string[] = [];
  let length = 0;
  let header: string | undefined;
  let searching = true;
  let left = 0;
  let right = 0;
  let top = 0;
  let bottom = 0;
  const flush = (gap: boolean) => {
    if (lines.length === 0) return;
    const range = `${columnName(left)}${top}:${columnName(right)}${bottom}`;
    const text = `${lines.join('\n')}\n${gap ? '\n' : ''}`;
    done.push({ locator: { sheet, range }, text, kind: 'table', ...(header === undefined ? {} : { header }) });
    lines = [];
    length = 0;
  };
  return {
    add(row) {
      const line = row.cells.join(' | ');
      const gap = bottom > 0 && row.number > bottom + 1;
      if (gap || length + line.length > BLOCK) flush(gap);
      if (gap) searching = true;
      if (searching && row.cells.length > 1) {
        if (row.textual) {
          flush(false);
          header = line;
        }
        searching = false;
      }
      if (lines.length === 0) {
        top = row.number;
        left = row.first;
        right = row.last;
      }
      left = Math.min(left, row.first);
      right = Math.max(right, row.last);
      bottom = row.number;
      lines.push(line);
      length += line.length + 1;
    },
    take: () => done.splice(0),
    finish() {
      flush(true);
      return done.splice(0);
    },
  };
}
