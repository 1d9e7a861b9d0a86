import type { Hit } from '../api-types.ts';
import { openPassage } from '../navigation.ts';
import { placeText } from '../place.ts';
import { useWords } from '../preferences.ts';
import { Highlighted } from './highlighted.tsx';

/** Of a passage, as much as is read at a glance. */
const SHOWN = 420;
/** Characters before the first word that was found. */
const LEAD = 80;

export function HitView({ hit }: { hit: Hit }) {
  const words = useWords();
  const { source, title, locator, warnings } = hit;
  const { text, ranges, cut } = excerpt(hit);
  return (
    <li className="hit">
      <button type="button" data-row className="hit-title" onClick={() => openPassage(source, locator, locator.page)}>
        {title || source}
      </button>
      <p className="hit-where">
        {[source, placeText(words, locator)].filter(Boolean).join(' › ')}
        {locator.ocr !== undefined && ` · ${words.place.ocr(locator.ocr)}`}
      </p>
      <p className="hit-text">
        {cut && '… '}
        <Highlighted text={text} ranges={ranges} />
      </p>
      {warnings?.includes('instruction') && <p className="warning">{words.ask.instruction}</p>}
      <Scores hit={hit} />
    </li>
  );
}

/** What each way of looking thinks of it. */
function Scores({ hit: { score, lexical, vector } }: { hit: Hit }) {
  const { search } = useWords();
  const legs = [
    [search.words, lexical],
    [search.meaning, vector],
  ] as const;
  return (
    <dl className="scores">
      <div>
        <dt>{search.score}</dt>
        <dd>
          <meter min={0} max={1} value={Math.min(1, score)} aria-label={search.score} /> {score.toFixed(3)}
        </dd>
      </div>
      {legs.map(([name, leg]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{leg ? `${leg.score.toFixed(leg.score < 1 ? 3 : 1)} (${search.rank(leg.rank)})` : '–'}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The first beginning of a word at or after `at`; `at` itself where words are not parted by spaces. */
function wordStart(text: string, at: number, before: number): number {
  const space = text.slice(at, Math.min(before, at + 24)).search(/\s\S/);
  return space < 0 ? at : at + space + 1;
}

function excerpt({ text, highlights }: Hit): { text: string; ranges: [number, number][]; cut: boolean } {
  const first = highlights[0]?.[0] ?? 0;
  const from = text.length <= SHOWN || first <= LEAD ? 0 : wordStart(text, first - LEAD, first);
  const end = from + SHOWN >= text.length ? text.length : wordStart(text, from + SHOWN, text.length);
  const shown = text.slice(from, end);
  const inside = highlights.filter(([start, end]) => start >= from && end <= from + shown.length);
  return {
    text: end < text.length ? `${shown} …` : shown,
    ranges: inside.map(([start, end]) => [start - from, end - from]),
    cut: from > 0,
  };
}
