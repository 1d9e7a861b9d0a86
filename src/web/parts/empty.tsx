import { useWords } from '../preferences.ts';
import { FileButton } from './file-button.tsx';

/** A home without documents: how to begin. */
export function Empty({ add }: { add(files: File[]): void }) {
  const { empty, documents } = useWords();
  return (
    <div className="empty">
      <svg className="empty-drawing" viewBox="0 0 120 96" aria-hidden="true">
        <path d="M22 30 60 12l38 18v44L60 90 22 74z" />
        <path d="M22 30l38 17 38-17M60 47v43" />
        <path className="empty-mark" d="M72 56l16-7" />
      </svg>
      <h1>{empty.title}</h1>
      <p>{empty.say}</p>
      <FileButton label={documents.upload} add={add} primary />
      <p className="quiet">
        {empty.or} <code>rag ingest FOLDER</code>
      </p>
    </div>
  );
}
