import type { Filter, Routes } from '../api-types.ts';

export type SearchBody = Routes['POST /api/v1/search']['body'];

/** Parameters of the address that narrow a search. */
export const FILTERS = ['in', 'type', 'since', 'until', 'tag', 'collection', 'mode', 'k'] as const;
export const MODES = ['hybrid', 'lexical', 'vector'] as const;
const K = 10;

/** The search that an address asks for; undefined without words. */
export function searchBody(params: URLSearchParams): SearchBody | undefined {
  const text = params.get('q')?.trim();
  if (!text) return undefined;
  const filter = filterOf(params);
  const mode = MODES.find((one) => one === params.get('mode')) ?? 'hybrid';
  return { text, k: Number(params.get('k')) || K, mode, ...(Object.keys(filter).length > 0 ? { filter } : {}) };
}

function filterOf(params: URLSearchParams): Filter {
  const list = (name: string) => (params.get(name) ?? '').split(/[,，\s]+/).filter(Boolean);
  const [key, value] = (params.get('tag') ?? '').split('=', 2);
  const since = instant(params.get('since'), 0);
  const until = instant(params.get('until'), 1);
  return {
    ...(list('in').length > 0 ? { in: list('in') } : {}),
    ...(list('type').length > 0 ? { type: list('type') } : {}),
    ...(since ? { since } : {}),
    ...(until ? { until } : {}),
    ...(key && value ? { tags: { [key]: value } } : {}),
    ...(params.get('collection') ? { collection: params.get('collection')! } : {}),
  };
}

/** A day of the reader's calendar as the moment it begins, or the last one in it. */
function instant(day: string | null, after: 0 | 1): string | undefined {
  const [year, month, date] =
    /^(\d{4})-(\d\d)-(\d\d)$/
      .exec(day ?? '')
      ?.slice(1)
      .map(Number) ?? [];
  if (year === undefined) return undefined;
  return new Date(new Date(year, month! - 1, date! + after).getTime() - after).toISOString();
}

/** How many of the filters are set. */
export function filterCount(params: URLSearchParams): number {
  return FILTERS.filter((name) => params.get(name)).length;
}
