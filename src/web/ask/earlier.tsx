import { useState } from 'react';
import { addressOf } from '../address.ts';
import { call } from '../api.ts';
import { moveInList } from '../keys.ts';
import { useLoaded } from '../loaded.ts';
import { Problem } from '../parts/problem.tsx';
import { usePreferences, useWords } from '../preferences.ts';

const FIRST = 8;

/** Saved conversations, newest first. */
export function Earlier() {
  const words = useWords();
  const { lang } = usePreferences();
  const { value, error, reload } = useLoaded((signal) => call('GET /api/v1/chat', { signal }), '');
  const [shown, setShown] = useState(FIRST);
  if (error) return <Problem error={error} retry={reload} />;
  if (!value || value.sessions.length === 0) return null;
  const date = new Intl.DateTimeFormat(lang, { dateStyle: 'medium' });
  return (
    <div className="earlier">
      <h2>{words.ask.earlier}</h2>
      <ul onKeyDown={moveInList}>
        {value.sessions.slice(0, shown).map(({ id, title, started, turns }) => (
          <li key={id}>
            <a data-row href={addressOf('ask', { c: id })}>
              <span>{title}</span>
              <span className="quiet">
                {date.format(new Date(started))} · {words.ask.turns(turns)}
              </span>
            </a>
          </li>
        ))}
      </ul>
      {value.sessions.length > shown && (
        <button type="button" className="quiet-button" onClick={() => setShown(shown + 4 * FIRST)}>
          {words.more}
        </button>
      )}
    </div>
  );
}
