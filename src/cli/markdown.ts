import type { Session } from '../chats/chats.ts';
import { markdownCitations } from '../pipeline/exported.ts';
import type { Citation } from '../types.ts';

/** A conversation to read and to keep; `rag verify` finds its citations in it. */
export function chatMarkdown(session: Session, place: (citation: Citation) => string): string {
  const turns = session.turns.map(({ question, answer, citations, unsupported }) => {
    const sources = citations.map((citation) => `- ${place(citation)}: “${citation.quote.replace(/\s+/g, ' ')}”`);
    const doubts = unsupported.map((sentence) => `> ? ${sentence}`);
    return [`## ${question.replace(/\s+/g, ' ')}`, answer, ...doubts, sources.join('\n')].filter(Boolean).join('\n\n');
  });
  const citations = session.turns.flatMap((turn) => turn.citations);
  const unsupported = session.turns.flatMap((turn) => turn.unsupported);
  return `# ${session.turns[0]?.question.replace(/\s+/g, ' ') ?? session.id}\n\n${turns.join('\n\n')}\n\n${markdownCitations({ citations, unsupported })}`;
}
