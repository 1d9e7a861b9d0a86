import { useWords } from '../preferences.ts';
import { Dialog } from './dialog.tsx';

export function Help({ close }: { close(): void }) {
  const { help } = useWords();
  return (
    <Dialog title={help.title} close={close}>
      <dl className="keys">
        {help.rows.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys!.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
