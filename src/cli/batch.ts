export interface BatchQuery {
  /** As given; else the line's number, from 1. */
  id: unknown;
  text: string;
}

/** One question a line, or JSON lines with `text` (or `question`, `query`) and perhaps `id`; blank lines are passed over. */
export function batchQueries(content: string): BatchQuery[] {
  return content.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === '') return [];
    const object = line.trimStart().startsWith('{') ? parsed(line) : undefined;
    const text = object?.text ?? object?.question ?? object?.query;
    const id = object?.id ?? object?._id;
    // Who gives an id means an object, not these characters: without a text it asks nothing.
    if (typeof text === 'string' || id !== undefined)
      return [{ id: id ?? i + 1, text: typeof text === 'string' ? text : '' }];
    return [{ id: i + 1, text: line.trim() }];
  });
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
