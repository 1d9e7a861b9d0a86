import { useCallback, useEffect, useRef, useState } from 'react';
import { call } from '../api.ts';
import type { Document, Unread } from '../api-types.ts';

const LIMIT = 100;

export interface Pages {
  documents: Document[] | undefined;
  unread: Unread[];
  more: boolean;
  error: Error | undefined;
  next(): void;
  reload(): void;
}

/** Documents by source, a page after another. */
export function usePages(glob: string | undefined, version: number): Pages {
  const [state, setState] = useState<{ documents?: Document[]; unread: Unread[]; more: boolean; error?: Error }>({
    unread: [],
    more: false,
  });
  const round = useRef(0);
  const load = useCallback(
    (after?: string) => {
      const mine = ++round.current;
      const query = { limit: LIMIT, ...(glob ? { in: glob } : {}), ...(after ? { after } : {}) };
      call('GET /api/v1/documents', { query }).then(
        (page) =>
          mine === round.current &&
          setState((old) => ({
            documents: after ? [...(old.documents ?? []), ...page.documents] : page.documents,
            unread: after ? old.unread : page.unread,
            more: page.more,
          })),
        (error: Error) => mine === round.current && setState((old) => ({ ...old, error })),
      );
    },
    [glob],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is loaded again
  useEffect(() => load(), [load, version]);
  return {
    ...{ documents: state.documents, unread: state.unread, more: state.more, error: state.error },
    next: () => load(state.documents?.at(-1)?.source),
    reload: () => load(),
  };
}
