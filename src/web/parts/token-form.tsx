import { useId } from 'react';
import { useWords } from '../preferences.ts';
import { keepToken, token } from '../token.ts';
import { Dialog } from './dialog.tsx';

/** Asks for the token; without it there is nothing to show, so it cannot be left. */
export function TokenForm({ refused }: { refused: boolean }) {
  const { token: words } = useWords();
  const id = useId();
  return (
    <Dialog title={words.title}>
      <form
        className="token-form"
        onSubmit={(event) => {
          event.preventDefault();
          const given = String(new FormData(event.currentTarget).get('token')).trim();
          if (given) keepToken(given);
        }}
      >
        <p>{words.say}</p>
        {refused && (
          <p className="problem" role="alert">
            {words.wrong}
          </p>
        )}
        <label htmlFor={id}>{words.label}</label>
        <div className="row">
          <input id={id} name="token" type="password" autoComplete="off" required defaultValue={token.get().value} />
          <button type="submit" className="button primary">
            {words.enter}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
