import { useLayoutEffect, useRef, useState } from 'react';
import type { Routes } from '../api-types.ts';
import { placeText } from '../place.ts';
import { useWords } from '../preferences.ts';
import { AROUND, type Span, stretches, windowOf } from './passage.ts';

type Text = Routes['GET /api/v1/documents/text']['result'];

const FIXED = /^code|^csv|^tsv|^json|^yaml|^xml|^xlsx|^xls|^ods/;

/** The extracted text with the passage marked and in view. */
export function TextPane({ document, passage }: { document: Text; passage: Span }) {
  const words = useWords();
  const [around, setAround] = useState({ before: AROUND, after: AROUND });
  const mark = useRef<HTMLElement>(null);
  const { text, sections, type } = document;
  const window = windowOf(text, passage, around.before, around.after);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new passage is scrolled to, more of the same text is not
  useLayoutEffect(() => {
    // Newer browsers answer with a promise, which is no clean-up.
    void mark.current?.scrollIntoView({ block: 'center' });
  }, [passage.start, passage.end]);
  let first = true;
  return (
    <div className={FIXED.test(type) ? 'text fixed' : 'text'}>
      {window.start > 0 && (
        <button
          type="button"
          className="quiet-button"
          onClick={() => setAround({ ...around, before: around.before * 4 })}
        >
          {words.viewer.before}
        </button>
      )}
      {stretches(text, sections, window, passage).map(({ locator, pieces }) => (
        <div key={pieces[0]!.start} className="stretch">
          {placeText(words, { ...locator, line: undefined as never }) && (
            <p className="stretch-place">
              {placeText(words, { ...locator, line: undefined as never })}
              {locator.ocr !== undefined && ` · ${words.place.ocr(locator.ocr)}`}
            </p>
          )}
          <div className="stretch-text">
            {pieces.map(({ start, text, marked }) => {
              if (!marked) return text;
              const ref = first ? mark : undefined;
              first = false;
              return (
                <mark key={start} ref={ref}>
                  {text}
                </mark>
              );
            })}
          </div>
        </div>
      ))}
      {window.end < text.length && (
        <button
          type="button"
          className="quiet-button"
          onClick={() => setAround({ ...around, after: around.after * 4 })}
        >
          {words.viewer.after}
        </button>
      )}
    </div>
  );
}
