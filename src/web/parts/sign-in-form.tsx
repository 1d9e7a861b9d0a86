import { type FormEvent, useId, useState } from 'react';
import { call } from '../api.ts';
import { useWords } from '../preferences.ts';
import { keepSession } from '../session.ts';
import { Dialog } from './dialog.tsx';

/** Asks who it is; without an answer there is nothing to show, so it cannot be left. */
export function SignInForm() {
  const { signIn: words, offline } = useWords();
  const id = useId();
  const [failure, setFailure] = useState<Error>();
  const [busy, setBusy] = useState(false);
  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(undefined);
    try {
      const body = { name: String(given.get('name')).trim(), password: String(given.get('password')) };
      keepSession(await call('POST /api/v1/auth/login', { body }));
    } catch (error) {
      setFailure(error as Error);
      setBusy(false);
    }
  }
  return (
    <Dialog title={words.title}>
      <form className="token-form" onSubmit={(event) => void submit(event)}>
        <p>{words.say}</p>
        {failure && (
          <p className="problem" role="alert">
            {failure.message || offline}
          </p>
        )}
        <label htmlFor={`${id}n`}>{words.name}</label>
        <input id={`${id}n`} name="name" autoComplete="username" autoCapitalize="none" spellCheck={false} required />
        <label htmlFor={`${id}p`}>{words.password}</label>
        <input id={`${id}p`} name="password" type="password" autoComplete="current-password" required />
        <div className="dialog-foot">
          <button type="submit" className="button primary" disabled={busy}>
            {words.enter}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
