import { useEffect, useRef, useState } from 'react';
import type { Home } from '../app.tsx';
import { useAddress } from '../navigation.ts';
import { Problem } from '../parts/problem.tsx';
import { useWords } from '../preferences.ts';
import { useConversation } from './conversation.ts';
import { Earlier } from './earlier.tsx';
import { QuestionBox } from './question-box.tsx';
import { TurnView } from './turn.tsx';

/** Questions and answers; at the beginning, the conversations there have been. */
export function Ask({ shown, home }: { shown: boolean; home: Home }) {
  const { ask: words } = useWords();
  const { params } = useAddress();
  // While something else is shown, the address is not about the conversation.
  const id = useRef<string>(undefined);
  if (shown) id.current = params.get('c') ?? undefined;
  const conversation = useConversation(id.current);
  const [save, setSave] = useState(true);
  const turns = useRef<HTMLDivElement>(null);
  const { asked, busy, error } = conversation;
  const answering = useRef(false);
  const last = asked.at(-1);
  useEffect(() => {
    // The question at the top, and room below it for what comes; again when all of the answer is there.
    if (busy || answering.current) void turns.current?.lastElementChild?.scrollIntoView({ block: 'start' });
    answering.current = busy;
  }, [busy]);
  const begun = asked.length > 0 || error !== undefined;
  const box = (
    <QuestionBox
      {...{ shown, busy, save, setSave }}
      following={asked.length > 0}
      ask={(question) => conversation.ask(question, save)}
      stop={conversation.stop}
    />
  );
  return (
    <div className={begun ? 'ask begun' : 'ask'}>
      {begun ? (
        <div className="view-head">
          <h1 className="unseen">{words.answered}</h1>
          <button type="button" className="quiet-button" onClick={conversation.begin}>
            {words.fresh}
          </button>
        </div>
      ) : (
        <>
          <h1>{words.title}</h1>
          {home.error && <Problem error={home.error} retry={home.reload} />}
          {box}
          <Earlier />
        </>
      )}
      {error && <Problem error={error} retry={conversation.begin} />}
      <div ref={turns}>
        {asked.map((one, i) => (
          <TurnView
            // biome-ignore lint/suspicious/noArrayIndexKey: turns are only ever added
            key={i}
            asked={one}
            retry={one === last ? () => conversation.retry(save) : undefined}
          />
        ))}
      </div>
      {/* Whole sentences: words read out as they come cannot be followed. */}
      <p className="unseen" role="status">
        {busy ? words.thinking : (last?.turn?.answer ?? '')}
      </p>
      {begun && <div className="ask-foot">{box}</div>}
    </div>
  );
}
