import { type FormEvent, type KeyboardEvent, useEffect, useRef } from 'react';
import { BOX, intoList } from '../keys.ts';
import { Icon } from '../parts/icon.tsx';
import { useWords } from '../preferences.ts';

interface Props {
  /** The view it is in. */
  shown: boolean;
  busy: boolean;
  following: boolean;
  save: boolean;
  setSave(save: boolean): void;
  ask(question: string): void;
  stop(): void;
}

export function QuestionBox({ shown, busy, following, save, setSave, ask, stop }: Props) {
  const { ask: words } = useWords();
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // Not on a phone, where it would open the keyboard over the page.
    if (shown && matchMedia('(min-width: 48rem)').matches) box.current?.focus({ preventScroll: true });
  }, [shown]);
  function submit(event?: FormEvent) {
    event?.preventDefault();
    const question = box.current!.value.trim();
    if (question === '' || busy) return;
    box.current!.value = '';
    ask(question);
  }
  function pressed(event: KeyboardEvent<HTMLTextAreaElement>) {
    // Not the Enter that ends the composing of a Chinese word.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      submit();
    } else if (event.currentTarget.value === '') intoList(event);
  }
  return (
    <form className="question" onSubmit={submit}>
      <div className="question-box">
        <textarea
          ref={box}
          {...{ [BOX]: '' }}
          rows={1}
          maxLength={4000}
          aria-label={words.box}
          placeholder={following ? words.follow : words.placeholder}
          onKeyDown={pressed}
        />
        <button
          type={busy ? 'button' : 'submit'}
          className="send"
          onClick={busy ? stop : undefined}
          aria-label={busy ? words.stop : words.send}
        >
          <Icon name={busy ? 'stop' : 'up'} />
        </button>
      </div>
      <label className="check">
        <input type="checkbox" checked={!save} onChange={(event) => setSave(!event.target.checked)} />
        <span>{words.unsaved}</span>
        {!save && <span className="quiet">{words.unsavedSay}</span>}
      </label>
    </form>
  );
}
