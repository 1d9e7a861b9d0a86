import { RagError } from '../errors.ts';

/** A question with what is known of its answer. What is not there is not measured. */
export interface Case {
  id?: string;
  set?: string;
  question: string;
  /** The passage that should be found holds these words … */
  quote?: string;
  /** … or it lies in this document (the end of its source is enough). */
  source?: string;
  doc?: string;
  /** Right answers: any of them will do. */
  answers?: string[];
  /** The documents do not say. */
  unanswerable?: boolean;
}

/** JSON lines. Throws RagError('usage') naming the line. */
export function parseCases(text: string): Case[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      const one = JSON.parse(line) as Case;
      if (typeof one.question === 'string') return [one];
    } catch {}
    throw new RagError('usage', `line ${i + 1} of the questions is not {"question": …} in JSON`);
  });
}
