/** What is shown is in the address, after the `#`: it can be shared, and Back works. */
export interface Address {
  view: View;
  params: URLSearchParams;
}

export const VIEWS = ['ask', 'search', 'documents', 'status'] as const;
export type View = (typeof VIEWS)[number];

/** Parameters of the passage beside the view. */
const VIEWER = ['doc', 'at', 'page', 'as'];

export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { view: VIEWS.find((view) => view === path) ?? 'ask', params: new URLSearchParams(query) };
}

export function addressOf(view: View, params: Record<string, string | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value) query.set(name, value);
  return `#/${view}${query.size > 0 ? `?${query}` : ''}`;
}

/** `changes`: undefined takes a parameter away. */
export function withParams({ view, params }: Address, changes: Record<string, string | undefined>): string {
  return addressOf(view, { ...Object.fromEntries(params), ...changes });
}

/** The place of a passage, as parameters of an address. */
export function passageParams(
  source: string,
  span?: { start: number; end: number },
): Record<string, string | undefined> {
  return { doc: source, at: span && `${span.start}-${span.end}`, page: undefined, as: undefined };
}

export function passageOf(params: URLSearchParams) {
  const source = params.get('doc');
  if (source === null) return undefined;
  const [, start = 0, end = 0] = /^(\d+)-(\d+)$/.exec(params.get('at') ?? '')?.map(Number) ?? [];
  const page = Number(params.get('page')) || undefined;
  return { source, start, end, page, as: params.get('as') === 'page' ? ('page' as const) : ('text' as const) };
}

/** The view's own parameters: what stays the same when a passage is opened. */
export function viewKey({ view, params }: Address): string {
  const own = [...params].filter(([name]) => !VIEWER.includes(name));
  return `${view}?${new URLSearchParams(own)}`;
}
