import { useCallback, useState } from 'react';
import type { Event } from '../api-types.ts';
import { upload } from '../upload.ts';

export interface Upload {
  id: number;
  name: string;
  bytes: number;
  state: string;
  /** Of the bytes, while they are sent. */
  share: number;
  reason?: string | undefined;
}

export interface Uploads {
  files: Upload[];
  error: Error | undefined;
  /** How far the whole batch is, once it is read. */
  progress: (Event & { type: 'progress' }) | undefined;
  add(files: File[]): void;
  retry(): void;
}

let next = 0;

/** Sends files one batch after another; each is told apart by the name the server gives it. */
export function useUploads(changed: () => void): Uploads {
  const [files, setFiles] = useState<Upload[]>([]);
  const [error, setError] = useState<Error>();
  const [progress, setProgress] = useState<Uploads['progress']>();
  const [last, setLast] = useState<File[]>([]);

  const add = useCallback(
    (given: File[]) => {
      const batch = given.map(({ name, size }) => ({ id: next++, name, bytes: size, state: 'sending', share: 0 }));
      const ids = new Set(batch.map(({ id }) => id));
      const update = (change: (one: Upload) => Partial<Upload>) =>
        setFiles((all) => all.map((one) => (ids.has(one.id) ? { ...one, ...change(one) } : one)));
      const settle = ({ source, status, reason }: { source: string; status: string; reason?: string | undefined }) =>
        update((one) => (isUpload(source, one.name) ? { state: status, reason } : {}));
      setFiles((all) => [...batch, ...all.filter((one) => !batch.some(({ name }) => name === one.name))]);
      setLast(given);
      setError(undefined);
      const report = {
        sent: (share: number) => update(() => (share < 1 ? { share } : { share, state: 'reading' })),
        event(event: Event) {
          if (event.type === 'progress') setProgress(event);
          if (event.type === 'file') settle(event);
        },
      };
      upload(given, report)
        .then(
          (result) => {
            for (const file of result.files) settle(file);
            update(({ state }) => (['reading', 'sending'].includes(state) ? { state: 'unchanged' } : {}));
          },
          (failure: Error) => {
            setError(failure);
            update(({ state }) => (['reading', 'sending'].includes(state) ? { state: 'failed' } : {}));
          },
        )
        .finally(() => {
          setProgress(undefined);
          changed();
        });
    },
    [changed],
  );
  return { files, error, progress, add, retry: () => add(last) };
}

/** Whether a document is this file: in `uploads/`, or in those of the collection that is all its owner sees (`tea:/uploads/`). */
function isUpload(source: string, name: string): boolean {
  const stored = `uploads/${storedName(name)}`;
  return source === stored || source.endsWith(`:/${stored}`);
}

/** The name a file has in `uploads/`; as src/api/upload.ts makes it. */
function storedName(name: string): string {
  return name
    .replace(/[\u0000-\u001f<>:"|?*]/g, '_')
    .replace(/^\.+/, '_')
    .slice(-200);
}
