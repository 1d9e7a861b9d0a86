import { useState } from 'react';
import { call } from '../api.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/problem.tsx';
import { useWords } from '../preferences.ts';

interface Props {
  source: string;
  close(): void;
  deleted(): void;
}

export function Delete({ source, close, deleted }: Props) {
  const { documents: words, cancel } = useWords();
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  async function remove() {
    setBusy(true);
    try {
      await call('DELETE /api/v1/documents', { query: { source } });
      deleted();
    } catch (failure) {
      setError(failure as Error);
      setBusy(false);
    }
  }
  return (
    <Dialog title={words.deleteTitle} close={close}>
      <p className="delete-name">{source}</p>
      <p>{words.deleteSay}</p>
      {error && <Problem error={error} />}
      <div className="dialog-foot">
        <button type="button" className="button" onClick={close}>
          {cancel}
        </button>
        <button type="button" className="button danger" disabled={busy} onClick={() => void remove()}>
          {words.remove}
        </button>
      </div>
    </Dialog>
  );
}
