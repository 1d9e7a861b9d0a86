import type { Stamp } from '../store/store.ts';
import type { Io } from '../types.ts';
import type { IngestInput } from './ingest.ts';
import { type Attempt, isUnchanged, mayPass } from './unchanged.ts';
import { type Found, type Walk, walk } from './walk.ts';

/** What lies below the paths of a run, against what is known of it. */
export interface Survey {
  problems: Walk['problems'];
  /** To be read. */
  changed: Found[];
  same: { file: Found; stamp: Stamp }[];
  /** Known, below these paths, and not there any more. */
  gone: Map<string, Stamp>;
  stamps: Map<string, Stamp>;
  /** Known members of an archive or a mail, however deep. */
  members(source: string): string[];
  /** Whether reading a container again could give more than it did. */
  incomplete(source: string): boolean;
}

export async function survey(
  stamps: Map<string, Stamp>,
  attempt: Attempt,
  input: IngestInput,
  io: Io,
): Promise<Survey> {
  const found = await scan(input, io);
  const contained = membersOf(stamps.keys());
  const members = (source: string) => contained.get(source) ?? [];
  const incomplete = (source: string) => members(source).some((member) => mayPass(stamps.get(member)!, attempt));
  const seen = new Set(found.files.map((file) => file.source));
  const gone = new Map<string, Stamp>();
  for (const [source, stamp] of stamps)
    if (!seen.has(source) && found.covers(source) && !inside(source, seen)) gone.set(source, stamp);
  const changed: Found[] = [];
  const same: Survey['same'] = [];
  for (const file of found.files) {
    const stamp = stamps.get(file.source);
    if (stamp && isUnchanged(file, stamp, attempt) && !incomplete(file.source)) same.push({ file, stamp });
    else changed.push(file);
  }
  return { problems: found.problems, changed, same, gone, stamps, members, incomplete };
}

/** A folder to walk, or standard input as a file of its own. */
async function scan(input: IngestInput, io: Io): Promise<Walk> {
  const found = await walk({ ...input, signal: io.signal });
  const { stdin } = input;
  if (stdin)
    found.files.push({
      ...{ path: '-', source: stdin.name, bytes: stdin.bytes.length, mtimeMs: 0, content: stdin.bytes },
    });
  io.report({ type: 'scan', files: found.files.length });
  return found;
}

/** Each container around a source, innermost last: `a.zip!/b.eml!/c.pdf` lies in `a.zip` and in `a.zip!/b.eml`. */
function* containers(source: string): Generator<string> {
  for (let at = source.indexOf('!/'); at > 0; at = source.indexOf('!/', at + 1)) yield source.slice(0, at);
}

function membersOf(sources: Iterable<string>): Map<string, string[]> {
  const members = new Map<string, string[]>();
  for (const source of sources)
    for (const outer of containers(source)) {
      const list = members.get(outer);
      if (list) list.push(source);
      else members.set(outer, [source]);
    }
  return members;
}

/** Whether a source lies in a file that is there: only reading that file tells whether its member is gone. */
function inside(source: string, files: Set<string>): boolean {
  for (const outer of containers(source)) if (files.has(outer)) return true;
  return false;
}
