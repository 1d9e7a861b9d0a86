import { Problem } from '../parts/problem.tsx';
import { formatBytes } from '../place.ts';
import { useWords } from '../preferences.ts';
import type { Uploads } from './uploads.ts';

/** What was added in this session, and what became of each file. */
export function UploadList({ uploads }: { uploads: Uploads }) {
  const { documents: words } = useWords();
  const { files, error, progress, retry } = uploads;
  if (files.length === 0) return null;
  return (
    <div className="uploads">
      <h2>{words.uploads}</h2>
      {progress && (
        <p className="quiet" role="status">
          {(progress.unit === 'files' ? words.reading : words.embedding)(progress.done, progress.total)}
        </p>
      )}
      {error && <Problem error={error} retry={retry} />}
      <ul aria-live="polite">
        {files.map(({ id, name, bytes, state, share, reason }) => (
          <li key={id} data-state={state}>
            <span className="upload-name">{name}</span>
            <span className="quiet">{formatBytes(bytes)}</span>
            {state === 'sending' ? (
              <progress value={share} aria-label={`${name}: ${words.states.sending}`} />
            ) : (
              <span className="state">{words.states[state] ?? state}</span>
            )}
            {reason && <span className="reason">{reason}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
