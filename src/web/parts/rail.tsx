import { addressOf, VIEWS, type View } from '../address.ts';
import { call } from '../api.ts';
import { linkTo } from '../navigation.ts';
import { useObserved } from '../observed.ts';
import { prefer, type Theme, usePreferences, useWords } from '../preferences.ts';
import { keepToken, token } from '../token.ts';
import { Icon } from './icon.tsx';

const THEMES: Theme[] = ['auto', 'light', 'dark'];

/** The session ends at the server, and here in any case. */
async function leave(refresh: string): Promise<void> {
  await call('POST /api/v1/auth/logout', { body: { refresh } }).catch(() => {});
  keepToken('');
}

/** The sections, and how the page looks. */
export function Rail({ view, help }: { view: View; help(): void }) {
  const words = useWords();
  const { lang, theme } = usePreferences();
  const { session } = useObserved(token);
  return (
    <header className="rail">
      <a className="brand" href={addressOf('ask', {})} aria-label={`rag: ${words.views.ask}`}>
        rag
      </a>
      <nav aria-label={words.sections}>
        <ul>
          {VIEWS.map((one) => (
            <li key={one}>
              <a
                href={one === view ? addressOf(one, {}) : linkTo(one)}
                aria-current={one === view ? 'page' : undefined}
              >
                <Icon name={one} />
                <span>{words.views[one]}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {session && (
        <div className="account">
          <span title={session.name}>{session.name}</span>
          <button type="button" className="quiet-button" onClick={() => void leave(session.refresh)}>
            {words.signIn.leave}
          </button>
        </div>
      )}
      <div className="preferences">
        <button
          type="button"
          className="quiet-button"
          onClick={() => prefer({ lang: lang === 'zh' ? 'en' : 'zh' })}
          lang={lang === 'zh' ? 'en' : 'zh-CN'}
        >
          {lang === 'zh' ? 'English' : '中文'}
        </button>
        <label className="theme">
          <span className="unseen">{words.theme}</span>
          <select value={theme} onChange={(event) => prefer({ theme: event.target.value as Theme })}>
            {THEMES.map((one) => (
              <option key={one} value={one}>
                {words.themes[one]}
              </option>
            ))}
          </select>
        </label>
        <button type="button" className="quiet-button key" onClick={help} aria-label={words.help.title}>
          ?
        </button>
      </div>
    </header>
  );
}
