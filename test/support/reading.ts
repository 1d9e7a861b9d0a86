import type { ReadOptions } from '../../src/readers/reader.ts';
import { ReadError } from '../../src/readers/reader.ts';
import { sniff } from '../../src/readers/sniff.ts';
import { readerFor } from '../../src/readers/table.ts';
import type { Problem, Section } from '../../src/types.ts';

export interface Reading {
  type: string;
  sections: Section[];
  text: string;
  partials: Problem[];
  problem: Problem | undefined;
  /** Members and attachments: name, and bytes or why there are none. */
  children: [string, Uint8Array | Problem][];
}

/** Sniffs and reads a file the way the pipeline does; only a ReadError is an answer, anything else fails the test. */
export async function read(content: Uint8Array | string, name: string, password?: string): Promise<Reading> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const reading: Reading = {
    type: sniff(bytes, name),
    sections: [],
    text: '',
    partials: [],
    problem: undefined,
    children: [],
  };
  const options: ReadOptions = {
    name,
    partial: (problem) => reading.partials.push(problem),
    async child(childName, content) {
      reading.children.push([childName, content]);
    },
    ...(password === undefined ? {} : { password }),
  };
  try {
    const reader = await readerFor(reading.type);
    for await (const section of reader(bytes, options)) reading.sections.push(section);
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    reading.problem = error.problem;
  }
  reading.text = reading.sections.map((section) => section.text).join('');
  return reading;
}
