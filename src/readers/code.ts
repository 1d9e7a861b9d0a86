import type { Section } from '../types.ts';
import { definitionOf, leadsIn } from './code-definitions.ts';
import { lineSections } from './line-sections.ts';
import { lines } from './lines.ts';
import type { Reader } from './reader.ts';

/** Source code as it stands in the file, cut at functions, classes and methods, each with the comments and decorators above it. */
export function codeReader(language: string): Reader {
  return async function* readCode(bytes, options): AsyncGenerator<Section> {
    const sections = lineSections();
    const path: { indent: number; name: string }[] = [];
    let lead: string[] = [];
    sections.start({ kind: 'code' });
    for (const line of lines(bytes)) {
      const definition = definitionOf(language, line);
      if (definition) {
        while (path.length > 0 && path.at(-1)!.indent >= definition.indent) path.pop();
        path.push(definition);
        sections.start({ heading: path.map((entry) => entry.name), kind: 'code' });
      }
      if (!definition && leadsIn(line) && lead.length < 200) lead.push(line);
      else {
        for (const held of lead) sections.add(held);
        sections.add(line);
        lead = [];
      }
      for (const section of sections.take()) {
        options.signal?.throwIfAborted();
        yield section;
      }
    }
    for (const held of lead) sections.add(held);
    yield* sections.finish();
  };
}
