export interface Message {
  event: string;
  data: unknown;
}

/** Takes text of an event stream as it comes, gives its messages as they are complete. */
export function eventParser(): (text: string) => Message[] {
  let rest = '';
  return (text) => {
    const blocks = (rest + text).replace(/\r\n?/g, '\n').split('\n\n');
    rest = blocks.pop()!;
    return blocks.flatMap((block) => {
      const lines = block.split('\n');
      const field = (name: string) =>
        lines
          .filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).replace(/^ /, ''));
      const data = field('data');
      return data.length === 0 ? [] : [{ event: field('event')[0] ?? 'message', data: JSON.parse(data.join('\n')) }];
    });
  };
}
