import type { Unread } from '../api-types.ts';
import { useWords } from '../preferences.ts';

/** Files that gave no document, or not all of one, each with its reason. */
export function Unreads({ unread }: { unread: Unread[] }) {
  const { documents: words } = useWords();
  if (unread.length === 0) return null;
  return (
    <div className="unread">
      <h2>{words.unread}</h2>
      <p className="quiet">{words.unreadSay(unread.length)}</p>
      <ul>
        {unread.map(({ source, status, reason }) => (
          <li key={source}>
            <span className="unread-name">{source}</span>
            <span className="chip warn">{words.states[status] ?? status}</span>
            <span className="reason">{reason}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
