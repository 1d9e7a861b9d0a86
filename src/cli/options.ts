import { InvalidArgumentError } from 'commander';
import type { Filter } from '../types.ts';
import { parseDuration, parseSize } from '../units.ts';

/** Parsers of option values; each failure is a usage error that shows the value. */
export function list(value: string, before: string[] = []): string[] {
  return [...before, value];
}

export function words(value: string, before: string[] = []): string[] {
  return [...before, ...value.split(',').filter(Boolean)];
}

export function tags(value: string, before: Record<string, string> = {}): Record<string, string> {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('A tag is key=value.');
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
}

export function size(value: string): number {
  const bytes = parseSize(value);
  if (bytes === undefined) throw new InvalidArgumentError('A size is a number with k, m or g, e.g. 100mb.');
  return bytes;
}

export function duration(value: string): number {
  const seconds = parseDuration(value);
  if (seconds === undefined) throw new InvalidArgumentError('A time is a number with ms, s, m, h or d, e.g. 10m.');
  return seconds;
}

export function count(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return number;
}

/** A date or time → ISO; `end`: a bare day means its last moment. */
function time(value: string, end: boolean): string {
  const parsed = new Date(/^\d{4}-\d\d-\d\d$/.test(value) && end ? `${value}T23:59:59.999Z` : value);
  if (Number.isNaN(parsed.getTime())) throw new InvalidArgumentError('A date is YYYY-MM-DD, with a time if you like.');
  return parsed.toISOString();
}

export const since = (value: string): string => time(value, false);
export const until = (value: string): string => time(value, true);

/** True once `seconds` have passed since this call. */
export function budget(seconds: number | undefined): () => boolean {
  const end = seconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
  return () => performance.now() >= end;
}

export interface FilterOptions {
  in?: string[];
  type?: string[];
  since?: string;
  until?: string;
  tag?: Record<string, string>;
  collection?: string;
  asOf?: string;
}

/** Undefined if nothing is filtered. */
export function filterOf(options: FilterOptions): Filter | undefined {
  const { tag, ...rest } = options;
  const names = ['in', 'type', 'since', 'until', 'collection', 'asOf'] as const;
  const given = names.filter((name) => rest[name] !== undefined).map((name) => [name, rest[name]]);
  const filter: Filter = { ...Object.fromEntries(given), ...(tag === undefined ? {} : { tags: tag }) };
  return Object.keys(filter).length === 0 ? undefined : filter;
}
