import type { Citation } from '../api-types.ts';
import { moveInList } from '../keys.ts';
import { openPassage } from '../navigation.ts';
import { placeText } from '../place.ts';
import { useWords } from '../preferences.ts';

/** What an answer rests on, word for word; `quoted`: the answer itself has the words already. */
export function Sources({ citations, quoted }: { citations: Citation[]; quoted: boolean }) {
  const words = useWords();
  return (
    <ol className="sources" onKeyDown={moveInList} aria-label={words.ask.sources}>
      {citations.map(({ n, source, title, locator, quote, warnings }) => (
        <li key={`${n}:${locator.start}`}>
          <button type="button" data-row onClick={() => openPassage(source, locator, locator.page)}>
            <span className="source-number">{n}</span>
            <span className="source-text">
              <span className="source-where">
                <b>{title || source}</b> <span>{[source, placeText(words, locator)].filter(Boolean).join(' › ')}</span>
              </span>
              {!quoted && <q>{quote.replace(/\s+/g, ' ')}</q>}
              {warnings?.includes('instruction') && <span className="warning">{words.ask.instruction}</span>}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
