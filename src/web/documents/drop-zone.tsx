import { useEffect, useState } from 'react';
import { useWords } from '../preferences.ts';

/** The whole page takes files. */
export function DropZone({ add }: { add(files: File[]): void }) {
  const { documents: words } = useWords();
  const [over, setOver] = useState(false);
  const [folders, setFolders] = useState(false);
  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const drag = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(false);
      const entries = [...event.dataTransfer!.items].map((item) => item.webkitGetAsEntry());
      const files = [...event.dataTransfer!.files].filter((_, i) => !entries[i]?.isDirectory);
      setFolders(entries.some((entry) => entry?.isDirectory));
      add(files);
    };
    const listeners = { dragenter: drag, dragover: drag, dragleave: leave, drop };
    for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener as EventListener);
    };
  }, [add]);
  return (
    <>
      {over && (
        <div className="drop-zone" aria-hidden="true">
          <p>{words.drop}</p>
        </div>
      )}
      {folders && (
        <p className="toast" role="status">
          {words.folders}
        </p>
      )}
    </>
  );
}
