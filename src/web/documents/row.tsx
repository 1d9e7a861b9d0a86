import type { Document } from '../api-types.ts';
import { openPassage } from '../navigation.ts';
import { Icon } from '../parts/icon.tsx';
import { formatBytes } from '../place.ts';
import { usePreferences, useWords } from '../preferences.ts';

interface Props {
  document: Document;
  /** What is being done with it, or came of it. */
  note: string | undefined;
  /** Undefined for whoever may not. */
  reread: (() => void) | undefined;
  remove: (() => void) | undefined;
}

export function Row({ document, note, reread, remove }: Props) {
  const { documents: words } = useWords();
  const { lang } = usePreferences();
  const { source, title, type, bytes, chunks, ingested, status, tags, collection } = document;
  const labels = [
    ...(collection === 'default' ? [] : [collection]),
    ...Object.entries(tags).map((tag) => tag.join('=')),
  ];
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          data-row
          className="row-name"
          onClick={() => openPassage(source)}
          onKeyDown={(event) => event.key === 'Delete' && remove?.()}
        >
          {title || source}
        </button>
        <span className="row-source">{source}</span>
        {status === 'partial' && <span className="chip warn">{words.partial}</span>}
        {labels.map((label) => (
          <span key={label} className="chip">
            {label}
          </span>
        ))}
        {note && <span className="row-note">{note}</span>}
      </th>
      <td data-label={words.columns.type}>{type}</td>
      <td data-label={words.columns.size} className="number">
        {formatBytes(bytes)}
      </td>
      <td data-label={words.columns.passages} className="number">
        {chunks.toLocaleString(lang)}
      </td>
      <td data-label={words.columns.read} className="number">
        <time dateTime={ingested}>
          {new Date(ingested).toLocaleString(lang, { dateStyle: 'medium', timeStyle: 'short' })}
        </time>
      </td>
      <td className="row-actions">
        {reread && <Action name="again" does={reread} label={words.reread} source={source} />}
        {remove && <Action name="remove" does={remove} label={words.remove} source={source} />}
      </td>
    </tr>
  );
}

function Action(props: { name: 'again' | 'remove'; does(): void; label: string; source: string }) {
  const { name, does, label, source } = props;
  return (
    <button type="button" className="icon-button" onClick={does} aria-label={`${label}: ${source}`} title={label}>
      <Icon name={name} />
    </button>
  );
}
