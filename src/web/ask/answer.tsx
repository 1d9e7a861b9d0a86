import type { Citation } from '../api-types.ts';
import { openPassage } from '../navigation.ts';
import { fileName, placeText } from '../place.ts';
import { useWords } from '../preferences.ts';
import { answerBlocks, type Block, type Part } from './answer-text.ts';

interface Props {
  text: string;
  citations: Citation[];
  unsupported: string[];
}

/** The answer's words, with its citations as buttons and what nothing supports marked. */
export function Answer({ text, citations, unsupported }: Props) {
  return (
    <div className="answer">
      {grouped(answerBlocks(text, unsupported)).map((group, i) => {
        const lines = group.map((block, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name
          <Line key={n} block={block} citations={citations} />
        ));
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name
        return group[0]!.kind === 'item' ? <ul key={i}>{lines}</ul> : <div key={i}>{lines}</div>;
      })}
    </div>
  );
}

/** Items that follow each other are one list. */
function grouped(blocks: Block[]): Block[][] {
  const groups: Block[][] = [];
  for (const block of blocks) {
    const last = groups.at(-1);
    if (block.kind === 'item' && last?.[0]?.kind === 'item') last.push(block);
    else groups.push([block]);
  }
  return groups;
}

function Line({ block, citations }: { block: Block; citations: Citation[] }) {
  const parts = block.parts.map((part, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name
    <Piece key={i} part={part} citations={citations} />
  ));
  if (block.kind === 'item') return <li>{parts}</li>;
  if (block.kind === 'quote') return <blockquote>{parts}</blockquote>;
  return <p>{parts}</p>;
}

function Piece({ part, citations }: { part: Part; citations: Citation[] }) {
  const words = useWords();
  if (part.kind === 'citation') {
    const citation = citations.find(({ n }) => n === part.n);
    return citation ? <Cite citation={citation} /> : <sup className="cite-dead">{part.n}</sup>;
  }
  const { text } = part;
  const inner = part.kind === 'strong' ? <strong>{text}</strong> : part.kind === 'code' ? <code>{text}</code> : text;
  return part.unsupported ? (
    <span className="unsupported" title={words.ask.unsupported}>
      {inner}
      <span className="unseen"> ({words.ask.unsupported})</span>
    </span>
  ) : (
    inner
  );
}

function Cite({ citation }: { citation: Citation }) {
  const words = useWords();
  const { n, source, locator } = citation;
  const where = [fileName(source), placeText(words, locator)].filter(Boolean).join(' › ');
  return (
    <button
      type="button"
      className={citation.warnings ? 'cite warned' : 'cite'}
      onClick={() => openPassage(source, locator, locator.page)}
      aria-label={words.ask.source(n, where)}
      title={where}
    >
      {n}
    </button>
  );
}
