import { type FormEvent, useEffect, useRef, useState } from 'react';
import { viewKey } from '../address.ts';
import { call } from '../api.ts';
import { BOX, intoList, moveInList } from '../keys.ts';
import { useLoaded } from '../loaded.ts';
import { change, useAddress } from '../navigation.ts';
import { Icon } from '../parts/icon.tsx';
import { Problem } from '../parts/problem.tsx';
import { useWords } from '../preferences.ts';
import { FILTERS, filterCount, searchBody } from './filter.ts';
import { Filters } from './filters.tsx';
import { HitView } from './hit.tsx';

/** Passages, best first; the search itself is in the address. */
export function Search() {
  const { search: words } = useWords();
  const address = useAddress();
  const key = viewKey(address);
  const box = useRef<HTMLInputElement>(null);
  const count = filterCount(address.params);
  const [open, setOpen] = useState(count > 0);
  useEffect(() => {
    if (matchMedia('(min-width: 48rem)').matches) box.current?.focus({ preventScroll: true });
  }, []);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string) => String(form.get(name) ?? '').trim() || undefined;
    change(Object.fromEntries(['q', ...FILTERS].map((name) => [name, field(name)])));
  }
  return (
    <div className="search-view">
      <h1>{words.title}</h1>
      {/* Fields show what the address says; a new address, new fields. */}
      <search key={key}>
        <form onSubmit={submit}>
          <div className="search-box">
            <Icon name="search" />
            <input
              ref={box}
              {...{ [BOX]: '' }}
              name="q"
              type="search"
              maxLength={4000}
              defaultValue={address.params.get('q') ?? ''}
              aria-label={words.box}
              placeholder={words.placeholder}
              onKeyDown={intoList}
            />
            <button type="submit" className="button primary">
              {words.go}
            </button>
          </div>
          <div className="filter-head">
            <button type="button" className="quiet-button" aria-expanded={open} onClick={() => setOpen(!open)}>
              {words.filters}
              {count > 0 && <b> {count}</b>}
            </button>
            {count > 0 && (
              <button
                type="button"
                className="quiet-button"
                onClick={() => change(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}
              >
                {words.clear}
              </button>
            )}
          </div>
          <div hidden={!open}>
            <Filters params={address.params} />
          </div>
        </form>
      </search>
      {searchBody(address.params) ? (
        <Results key={key} params={address.params} />
      ) : (
        <p className="quiet">{words.hint}</p>
      )}
    </div>
  );
}

function Results({ params }: { params: URLSearchParams }) {
  const all = useWords();
  const { search: words } = all;
  const body = searchBody(params)!;
  const { value, error, reload } = useLoaded((signal) => call('POST /api/v1/search', { body, signal }), '');
  if (error) return <Problem error={error} retry={reload} />;
  const share = value && value.coverage.chunks > 0 ? value.coverage.embedded / value.coverage.chunks : 1;
  return (
    <>
      <p className="quiet" role="status">
        {!value ? all.loading : value.hits.length === 0 ? words.none : words.found(value.hits.length, value.seconds)}
        {share < 1 && ` · ${words.partly(share)}`}
      </p>
      <ol className="hits" onKeyDown={moveInList}>
        {value?.hits.map((hit) => (
          <HitView key={hit.chunk} hit={hit} />
        ))}
      </ol>
    </>
  );
}
