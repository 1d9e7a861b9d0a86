import type { Locator } from './api-types.ts';
import type { Words } from './words.ts';

/** `p. 3 › Backups › line 7`, as the command line says it. */
export function placeText({ place }: Words, locator: Partial<Locator>): string {
  const { page, slide, sheet, range, part, heading = [], line } = locator;
  return [
    page && place.page(page),
    slide && place.slide(slide),
    sheet && place.sheet(range ? `${sheet} ${range}` : sheet),
    part,
    ...heading,
    line && !page && place.line(line),
  ]
    .filter(Boolean)
    .join(' › ');
}

export function fileName(source: string): string {
  return source.slice(source.lastIndexOf('/') + 1);
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
