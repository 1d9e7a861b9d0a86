import type { Home } from '../app.tsx';
import { Problem } from '../parts/problem.tsx';
import { formatBytes } from '../place.ts';
import { usePreferences, useWords } from '../preferences.ts';
import { useRole } from '../token.ts';
import { Evaluation } from './evaluation.tsx';

/** How much is known, by which model, and how well it is found. */
export function Status({ home }: { home: Home }) {
  const { status: words, loading } = useWords();
  const { lang } = usePreferences();
  const role = useRole();
  const { value, error, reload } = home;
  if (error) return <Problem error={error} retry={reload} />;
  if (!value) return <p className="quiet">{loading}</p>;
  const { documents, chunks, embedded, bytes, versions, model } = value;
  const share = chunks === 0 ? 0 : embedded / chunks;
  const figures: [string, string][] = [
    [documents.toLocaleString(lang), words.documents],
    [chunks.toLocaleString(lang), words.passages],
    [formatBytes(bytes), words.bytes],
    [versions.toLocaleString(lang), words.versions],
  ];
  return (
    <div className="status">
      <h1>{words.title}</h1>
      <dl className="figures">
        {figures.map(([figure, name]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{figure}</dd>
          </div>
        ))}
      </dl>
      <div className="coverage">
        <p>
          <span>{words.embedded}</span>
          <b>{Math.floor(share * 100)} %</b>
        </p>
        <progress value={share} aria-label={words.embedded} />
        <p className="quiet">
          {words.model}: <code>{model ?? words.noModel}</code>
        </p>
      </div>
      {documents > 0 && role === 'admin' && <Evaluation />}
      <p className="quiet api">
        {words.api}: <a href="/docs">/docs</a>
      </p>
    </div>
  );
}
