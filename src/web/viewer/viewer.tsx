import { useRef, useState } from 'react';
import { passageOf } from '../address.ts';
import { call, original } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { change, closePassage, useAddress } from '../navigation.ts';
import { Icon } from '../parts/icon.tsx';
import { Problem } from '../parts/problem.tsx';
import { fileName, placeText } from '../place.ts';
import { useWords } from '../preferences.ts';
import { useBeside } from './beside.ts';
import { PagePane } from './page-pane.tsx';
import { placeAt } from './passage.ts';
import { TextPane } from './text-pane.tsx';

const AS = ['text', 'page'] as const;

/** A document beside what cites it: its text, or its pages. */
export function Viewer() {
  const words = useWords();
  const { viewer } = words;
  const passage = passageOf(useAddress().params)!;
  const { source, start, end } = passage;
  const heading = useRef<HTMLHeadingElement>(null);
  useBeside(heading, `${source} ${start}`);
  const { value, error, reload } = useLoaded(
    (signal) => call('GET /api/v1/documents/text', { query: { source }, signal }),
    source,
  );
  const document = value?.source === source ? value : undefined;
  const section = document && placeAt(document.text, document.sections, start);
  const paged = document?.type === 'pdf';
  const as = paged ? passage.as : 'text';
  const page = passage.page ?? section?.page ?? 1;
  return (
    <aside className="viewer" aria-label={viewer.title}>
      <header>
        <div className="viewer-name">
          <h2 ref={heading} tabIndex={-1}>
            {document?.title || fileName(source)}
          </h2>
          <p>{[source, section && end > start ? placeText(words, section) : ''].filter(Boolean).join(' › ')}</p>
        </div>
        <button type="button" className="icon-button" onClick={closePassage} aria-label={words.close}>
          <Icon name="close" />
        </button>
      </header>
      <div className="viewer-tools">
        {paged && (
          <fieldset className="choice">
            <legend className="unseen">{viewer.show}</legend>
            {AS.map((one) => (
              <button
                key={one}
                type="button"
                aria-pressed={one === as}
                onClick={() => change({ as: one }, { replace: true })}
              >
                {viewer[one]}
              </button>
            ))}
          </fieldset>
        )}
        {!source.includes('!/') && !source.startsWith('/') && <Save source={source} />}
      </div>
      {/* Scrolls, so it must be reached by keys. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <section className="viewer-body" tabIndex={0} aria-label={viewer[as]}>
        {error && <Problem error={error} retry={reload} />}
        {!document && !error && <p className="quiet">{words.loading}</p>}
        {document && as === 'text' && <TextPane key={source} document={document} passage={{ start, end }} />}
        {document && as === 'page' && (
          <PagePane source={source} page={page} passage={section?.page === page ? { start, end } : undefined} />
        )}
      </section>
    </aside>
  );
}

function Save({ source }: { source: string }) {
  const { viewer } = useWords();
  const [error, setError] = useState<Error>();
  async function save(): Promise<void> {
    try {
      const link = globalThis.document.createElement('a');
      link.href = URL.createObjectURL(await original(source));
      link.download = fileName(source);
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (failure) {
      setError(failure as Error);
    }
  }
  return (
    <>
      <button type="button" className="quiet-button" onClick={() => void save()}>
        <Icon name="save" />
        {viewer.original}
      </button>
      {error && <Problem error={error} />}
    </>
  );
}
