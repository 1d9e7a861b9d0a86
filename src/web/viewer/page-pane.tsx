import { useRef } from 'react';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { change } from '../navigation.ts';
import { Icon } from '../parts/icon.tsx';
import { Problem } from '../parts/problem.tsx';
import { useWords } from '../preferences.ts';
import type { Span } from './passage.ts';

interface Props {
  source: string;
  page: number;
  /** On this page; undefined on any other. */
  passage: Span | undefined;
}

/** Pixels: sharp on a fine screen, and no more than the server draws. */
const width = () => Math.min(2000, Math.round(Math.min(innerWidth, 760) * Math.max(1.5, devicePixelRatio)));

/** A page of a PDF as it looks, drawn by the program that read its text, with the quote marked on it. */
export function PagePane({ source, page, passage }: Props) {
  const { viewer: words, loading } = useWords();
  const pixels = useRef(width());
  const span = passage && passage.end > passage.start ? { start: passage.start, end: passage.end } : {};
  const query = { source, page, width: pixels.current, ...span };
  const { value, error, reload } = useLoaded(
    async (signal) => ({ ...(await call('GET /api/v1/documents/page', { query, signal })), page }),
    JSON.stringify(query),
  );
  if (error) return <Problem error={error} retry={reload} />;
  if (!value) return <p className="quiet">{loading}</p>;
  const turn = (to: number) => to >= 1 && to <= value.pages && change({ page: String(to) }, { replace: true });
  const boxed = value.boxes.length > 0;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys for the buttons in it
    <div
      className="page-pane"
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') turn(page - 1);
        if (event.key === 'ArrowRight') turn(page + 1);
      }}
    >
      <div className="page-turn">
        <button
          type="button"
          className="icon-button"
          aria-label={words.previous}
          disabled={page <= 1}
          onClick={() => turn(page - 1)}
        >
          <Icon name="back" />
        </button>
        <span role="status">{words.pageOf(value.page, value.pages)}</span>
        <button
          type="button"
          className="icon-button"
          aria-label={words.next}
          disabled={page >= value.pages}
          onClick={() => turn(page + 1)}
        >
          <Icon name="forth" />
        </button>
      </div>
      <div className="sheet">
        <img
          src={`data:image/png;base64,${value.png}`}
          width={value.width}
          height={value.height}
          alt={boxed ? `${words.image(value.page)}. ${words.marked}` : words.image(value.page)}
        />
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          {value.boxes.map(([x, y, w, h]) => (
            <rect key={`${x},${y}`} x={x - 0.003} y={y - 0.001} width={w + 0.006} height={h + 0.002} />
          ))}
        </svg>
      </div>
      {value.page === page && span.end !== undefined && !boxed && <p className="quiet">{words.unmarked}</p>}
    </div>
  );
}
