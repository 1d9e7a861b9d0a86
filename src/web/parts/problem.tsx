import { ApiError } from '../api.ts';
import { useWords } from '../preferences.ts';
import { token } from '../token.ts';
import type { Words } from '../words.ts';

/** One sentence, and what cures it. */
export function problemText(words: Words, error: Error): { message: string; hint?: string | undefined } {
  if (!(error instanceof ApiError)) return { message: words.bug };
  if (error.code === 'offline') return { message: words.offline };
  if (error.code === 'unauthenticated') return { message: token.get().session ? words.signIn.over : words.token.wrong };
  return { message: error.message, hint: error.hint };
}

export function Problem({ error, retry }: { error: Error; retry?: (() => void) | undefined }) {
  const words = useWords();
  const { message, hint } = problemText(words, error);
  return (
    <div className="problem" role="alert">
      <p>
        {message}
        {hint && <code>{hint}</code>}
      </p>
      {retry && (
        <button type="button" className="button" onClick={retry}>
          {words.retry}
        </button>
      )}
    </div>
  );
}
