import { useState } from 'react';
import { stream } from '../api.ts';
import type { Event } from '../api-types.ts';
import { BOX, intoList, moveInList } from '../keys.ts';
import { change, closePassage, useAddress } from '../navigation.ts';
import { Empty } from '../parts/empty.tsx';
import { FileButton } from '../parts/file-button.tsx';
import { Problem } from '../parts/problem.tsx';
import { useWords } from '../preferences.ts';
import { useRole } from '../token.ts';
import { Delete } from './delete.tsx';
import { usePages } from './pages.ts';
import { Row } from './row.tsx';
import { Unreads } from './unreads.tsx';
import { UploadList } from './upload-list.tsx';
import type { Uploads } from './uploads.ts';

interface Props {
  uploads: Uploads;
  /** Said when the home holds something else than before. */
  changed(): void;
  add(files: File[]): void;
}

/** What is in the home, and what could not be read. */
export function Documents({ uploads, changed, add }: Props) {
  const { documents: words, more } = useWords();
  const { params } = useAddress();
  const role = useRole();
  const writes = role !== 'reader';
  const glob = params.get('in') ?? undefined;
  const settled = uploads.files.filter(({ state }) => state !== 'sending' && state !== 'reading').length;
  const [version, setVersion] = useState(0);
  const pages = usePages(glob, version + settled);
  const [deleting, setDeleting] = useState<string>();
  const [said, setSaid] = useState<string>();
  const [notes, setNotes] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<Error>();
  const refresh = () => {
    setVersion((n) => n + 1);
    changed();
  };

  /** `path` of '.' is the whole home. */
  async function read(path: string): Promise<void> {
    // A member is read with the archive around it.
    const file = path.split('!/', 1)[0]!;
    const note = (text: string) => setNotes((all) => ({ ...all, [path]: text }));
    setFailure(undefined);
    note(words.states.reading!);
    const report = (event: Event) => {
      if (event.type !== 'progress') return;
      note((event.unit === 'files' ? words.reading : words.embedding)(event.done, event.total));
    };
    try {
      const { files } = await stream('POST /api/v1/ingest', { body: { paths: [file] } }, report);
      const own = files.find(({ source }) => source === path);
      note(path === '.' ? '' : [words.states[own?.status ?? 'unchanged'], own?.reason].filter(Boolean).join(': '));
      refresh();
    } catch (error) {
      note('');
      setFailure(error as Error);
    }
  }

  const { documents } = pages;
  if (writes && documents?.length === 0 && !glob && pages.unread.length === 0 && uploads.files.length === 0)
    return <Empty add={add} />;
  return (
    <div className="documents">
      <div className="view-head">
        <h1>{words.title}</h1>
        <div className="row">
          {role === 'admin' && (
            <button type="button" className="button" onClick={() => void read('.')} disabled={Boolean(notes['.'])}>
              {notes['.'] || words.again}
            </button>
          )}
          {writes && <FileButton label={words.upload} add={add} primary />}
        </div>
      </div>
      <p className="unseen" role="status">
        {said}
      </p>
      <UploadList uploads={uploads} />
      <form
        key={glob}
        className="documents-filter"
        onSubmit={(event) => {
          event.preventDefault();
          change({ in: String(new FormData(event.currentTarget).get('in')).trim() || undefined });
        }}
      >
        <label>
          <span>{words.filter}</span>
          <input
            {...{ [BOX]: '' }}
            name="in"
            defaultValue={glob}
            placeholder="**/*.pdf"
            spellCheck={false}
            onKeyDown={intoList}
          />
        </label>
      </form>
      {(pages.error ?? failure) && <Problem error={(pages.error ?? failure)!} retry={pages.error && pages.reload} />}
      {documents?.length === 0 && <p className="quiet">{glob ? words.noneLike : words.none}</p>}
      {documents && documents.length > 0 && (
        <table className="rows" onKeyDown={moveInList}>
          <thead>
            <tr>
              <th scope="col">{words.columns.name}</th>
              <th scope="col">{words.columns.type}</th>
              <th scope="col" className="number">
                {words.columns.size}
              </th>
              <th scope="col" className="number">
                {words.columns.passages}
              </th>
              <th scope="col" className="number">
                {words.columns.read}
              </th>
              <th scope="col">
                <span className="unseen">{words.columns.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {documents.map((document) => (
              <Row
                key={document.source}
                document={document}
                note={notes[document.source]}
                reread={role === 'admin' ? () => void read(document.source) : undefined}
                remove={writes ? () => setDeleting(document.source) : undefined}
              />
            ))}
          </tbody>
        </table>
      )}
      {pages.more && (
        <button type="button" className="button" onClick={pages.next}>
          {more}
        </button>
      )}
      <Unreads unread={pages.unread} />
      {deleting && (
        <Delete
          source={deleting}
          close={() => setDeleting(undefined)}
          deleted={() => {
            setSaid(words.deleted(deleting));
            setDeleting(undefined);
            if (params.get('doc') === deleting) closePassage();
            refresh();
          }}
        />
      )}
    </div>
  );
}
