import { type Address, addressOf, parseAddress, passageParams, type View, withParams } from './address.ts';
import { observed, useObserved } from './observed.ts';

const address = observed<Address>(parseAddress(''));

/** From now on, what is shown is what the address says. */
export function followAddress(): void {
  const follow = () => address.set(parseAddress(location.hash));
  follow();
  addEventListener('hashchange', follow);
}

/** Where each view was left: its link in the rail leads back there. */
const left = new Map<View, string>();
const remember = () =>
  left.set(address.get().view, addressOf(address.get().view, Object.fromEntries(address.get().params)));
address.subscribe(remember);

export const linkTo = (view: View): string => left.get(view) ?? addressOf(view, {});

export const useAddress = (): Address => useObserved(address);

export function go(view: View, params: Record<string, string | undefined> = {}): void {
  location.hash = addressOf(view, params);
}

/** Changes parameters of what is shown; `replace`: Back does not return to what was before. */
export function change(params: Record<string, string | undefined>, { replace = false } = {}): void {
  const next = withParams(parseAddress(location.hash), params);
  if (!replace) location.hash = next;
  else {
    history.replaceState(null, '', next);
    address.set(parseAddress(location.hash));
  }
}

/** A conversation got its name, perhaps while something else is shown. */
export function nameConversation(id: string): void {
  if (parseAddress(location.hash).view === 'ask') change({ c: id }, { replace: true });
  else left.set('ask', addressOf('ask', { c: id }));
}

export function openPassage(source: string, span?: { start: number; end: number }, page?: number): void {
  change({ ...passageParams(source, span), ...(page ? { page: String(page) } : {}) });
}

export function closePassage(): void {
  change({ doc: undefined, at: undefined, page: undefined, as: undefined });
}
