import { useState } from 'react';
import { call } from '../api.ts';
import type { Turn } from '../api-types.ts';
import { Problem } from '../parts/problem.tsx';
import { useWords } from '../preferences.ts';
import { Answer } from './answer.tsx';
import { leftOut } from './answer-text.ts';
import type { Asked } from './conversation.ts';
import { Sources } from './sources.tsx';

/** Who answers where there is no language model: sentences of the documents, quoted. */
const EXTRACTIVE = 'extractive';

/** A question and its answer. */
export function TurnView({ asked, retry }: { asked: Asked; retry: (() => void) | undefined }) {
  const { ask: words } = useWords();
  const { question, text, notes, turn, error, stopped } = asked;
  const working = !turn && !error && !stopped;
  return (
    <article className="turn" aria-busy={working}>
      <h2>{question}</h2>
      {turn?.standalone && <p className="quiet">{words.searched(turn.standalone)}</p>}
      {working && text === '' && <p className="thinking">{words.thinking}</p>}
      {text !== '' && <Answer text={text} citations={turn?.citations ?? []} unsupported={turn?.unsupported ?? []} />}
      {turn && leftOut(turn.answer, turn.unsupported).length > 0 && (
        <ul className="left-out" aria-label={words.unsupported}>
          {leftOut(turn.answer, turn.unsupported).map((sentence) => (
            <li key={sentence}>
              {words.unsupported}: <span>{sentence}</span>
            </li>
          ))}
        </ul>
      )}
      {notes.map((note) => (
        <p key={note} className="warning">
          {note}
        </p>
      ))}
      {turn && turn.citations.length > 0 && <Sources citations={turn.citations} quoted={turn.model === EXTRACTIVE} />}
      {turn && <Foot turn={turn} />}
      {stopped && <p className="quiet">{words.stopped}</p>}
      {error && <Problem error={error} retry={retry} />}
    </article>
  );
}

/** Who answered and how long it took; the quotes against the files; the answer to take along. */
function Foot({ turn }: { turn: Turn }) {
  const { ask: words } = useWords();
  const [checked, setChecked] = useState<string>();
  const [failed, setFailed] = useState<Error>();
  const [copied, setCopied] = useState(false);
  async function check() {
    try {
      const citations = turn.citations as unknown as Record<string, unknown>[];
      const { valid, checked: all } = await call('POST /api/v1/verify', { body: { citations } });
      setChecked(words.checked(valid, all));
      setFailed(undefined);
    } catch (error) {
      setFailed(error as Error);
    }
  }
  return (
    <footer className="turn-foot">
      <span>{turn.model === EXTRACTIVE ? words.extractive : words.by(turn.model)}</span>
      <span>{words.seconds(turn.seconds)}</span>
      {turn.citations.length > 0 && (
        <button type="button" className="quiet-button" onClick={() => void check()}>
          {words.check}
        </button>
      )}
      <button
        type="button"
        className="quiet-button"
        onClick={() => void navigator.clipboard?.writeText(turn.answer).then(() => setCopied(true))}
      >
        {copied ? words.copied : words.copy}
      </button>
      <span role="status" className="checked">
        {checked}
      </span>
      {failed && <Problem error={failed} />}
    </footer>
  );
}
