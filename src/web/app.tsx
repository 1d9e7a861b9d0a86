import { useCallback, useState } from 'react';
import { VIEWS, type View } from './address.ts';
import { call } from './api.ts';
import type { Routes } from './api-types.ts';
import { Ask } from './ask/ask.tsx';
import { Documents } from './documents/documents.tsx';
import { DropZone } from './documents/drop-zone.tsx';
import { useUploads } from './documents/uploads.ts';
import { useShortcuts } from './keys.ts';
import { type Loaded, useLoaded } from './loaded.ts';
import { go, useAddress } from './navigation.ts';
import { useObserved } from './observed.ts';
import { Empty } from './parts/empty.tsx';
import { Help } from './parts/help.tsx';
import { Rail } from './parts/rail.tsx';
import { SignInForm } from './parts/sign-in-form.tsx';
import { TokenForm } from './parts/token-form.tsx';
import { useWords } from './preferences.ts';
import { Search } from './search/search.tsx';
import { Status } from './status/status.tsx';
import { token, useRole } from './token.ts';
import { Viewer } from './viewer/viewer.tsx';

export type Home = Loaded<Routes['GET /api/v1/status']['result']>;

export function App() {
  const { value, refused, session } = useObserved(token);
  const [help, setHelp] = useState(false);
  const showHelp = useCallback(() => setHelp(true), []);
  useShortcuts(showHelp);
  return (
    <>
      {/* A session outlives its tokens. */}
      {value === '' ? null : <House key={session?.name ?? value} help={showHelp} />}
      {(value === '' || refused) && <Entrance refused={refused} />}
      {help && <Help close={() => setHelp(false)} />}
    </>
  );
}

/** What the server asks of whoever comes. */
function Entrance({ refused }: { refused: boolean }) {
  const { value, error } = useLoaded((signal) => call('GET /api/v1/auth', { signal }), '');
  if (value?.accounts) return <SignInForm />;
  return value || error ? <TokenForm refused={refused} /> : null;
}

function House({ help }: { help(): void }) {
  const { view, params } = useAddress();
  const words = useWords();
  const home = useLoaded((signal) => call('GET /api/v1/status', { signal }), '');
  const uploads = useUploads(home.reload);
  const add = useCallback(
    (files: File[]) => {
      if (files.length === 0) return;
      go('documents');
      uploads.add(files);
    },
    [uploads.add],
  );
  const writes = useRole() !== 'reader';
  const empty = writes && home.value?.documents === 0;
  const shown = (one: View) => one === view;
  return (
    <div className="shell">
      <button type="button" className="skip" onClick={() => document.querySelector<HTMLElement>('main')!.focus()}>
        {words.skip}
      </button>
      <Rail view={view} help={help} />
      <main tabIndex={-1} aria-label={words.views[view]}>
        {/* Stays while something else is shown: an answer may be on its way. */}
        <section hidden={!shown('ask')} aria-label={words.views.ask}>
          {empty ? <Empty add={add} /> : <Ask shown={shown('ask')} home={home} />}
        </section>
        {VIEWS.filter((one) => one !== 'ask' && shown(one)).map((one) => (
          <section key={one} aria-label={words.views[one]}>
            {one === 'search' && (empty ? <Empty add={add} /> : <Search />)}
            {one === 'documents' && <Documents uploads={uploads} changed={home.reload} add={add} />}
            {one === 'status' && <Status home={home} />}
          </section>
        ))}
      </main>
      {params.has('doc') && <Viewer />}
      {writes && <DropZone add={add} />}
    </div>
  );
}
