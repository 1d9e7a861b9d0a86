import type { Member } from '../readers/sandbox.ts';
import type { IngestInput } from './ingest.ts';
import type { Intake } from './intake.ts';
import type { Ledger } from './ledger.ts';
import { type Found, nameFilter } from './walk.ts';

/** Bytes of members held at once, over all containers; one member may be larger. */
const HELD_BYTES = 64 * 2 ** 20;
const HELD_MEMBERS = 16;
/** Of one file on disk, however nested: a bomb of many small files ends here. */
const MAX_MEMBERS = 100_000;
const MAX_BYTES = 8 * 2 ** 30;

/** The documents inside one file. */
export interface Family {
  /** Takes a member in; resolves when there is room for the next. */
  add(member: Member): Promise<void>;
  /** Resolves when all are done. */
  end(): Promise<void>;
  /** Seen so far. */
  readonly members: number;
  readonly sources: Set<string>;
  /** Whether some were not looked at because the time was up. */
  readonly cut: boolean;
}

/** Budget of a file on disk and all that is nested in it. */
interface Allowance {
  members: number;
  bytes: number;
}

export function memberIntake(
  input: IngestInput,
  ledger: Ledger,
  { file, fail, halted }: Pick<Intake, 'file' | 'fail' | 'halted'>,
): (outer: Found) => Family {
  const held = { bytes: 0 };
  const waiting: (() => void)[] = [];
  const allowances = new Map<string, Allowance>();
  const wanted = nameFilter({ include: [], exclude: input.exclude });

  return (outer) => {
    const running = new Set<Promise<void>>();
    const sources = new Set<string>();
    const named = memberNames();
    const top = outer.source.split('!/', 1)[0]!;
    let cut = false;

    function allowance(): Allowance {
      const known = allowances.get(top) ?? { members: 0, bytes: 0 };
      allowances.set(top, known);
      return known;
    }

    async function take(found: Found): Promise<void> {
      held.bytes += found.bytes;
      const reading = file(found)
        .catch(fail)
        .finally(() => {
          held.bytes -= found.bytes;
          running.delete(reading);
          for (const go of waiting.splice(0)) go();
        });
      running.add(reading);
      // A container with nothing under way may always go on: so none waits for another for ever.
      while (running.size > 0 && (held.bytes > HELD_BYTES || running.size >= HELD_MEMBERS))
        await new Promise<void>((resolve) => waiting.push(resolve));
    }

    return {
      async add({ name, content }) {
        if (halted() || input.expired()) {
          cut = true;
          ledger.result.stopped = true;
          return;
        }
        if (!wanted(name)) return;
        const source = `${outer.source}!/${named(name)}`;
        sources.add(source);
        const found: Found = { path: '', source, bytes: 0, mtimeMs: outer.mtimeMs };
        ledger.progress.more(1);
        if (!(content instanceof Uint8Array)) return ledger.problem(found, content, undefined);
        const spent = allowance();
        spent.members++;
        spent.bytes += content.length;
        if (spent.members > MAX_MEMBERS || spent.bytes > MAX_BYTES) {
          const reason = `more than ${MAX_MEMBERS} files or ${MAX_BYTES / 2 ** 30} GB in ${top}`;
          return ledger.problem(found, { code: 'too_large', reason }, undefined);
        }
        await take({ ...found, bytes: content.length, content, depth: (outer.depth ?? 0) + 1 });
      },
      async end() {
        while (running.size > 0) await Promise.all(running);
      },
      get members() {
        return sources.size;
      },
      sources,
      get cut() {
        return cut;
      },
    };
  };
}

/** Names as they come → names in the home: two attachments of one name are two documents, `a.pdf` and `a (2).pdf`. */
export function memberNames(): (name: string) => string {
  const used = new Set<string>();
  const take = (name: string) => {
    used.add(name);
    return name;
  };
  return (name) => {
    if (!used.has(name)) return take(name);
    const dot = name.lastIndexOf('.');
    const stem = dot > name.lastIndexOf('/') + 1 ? dot : name.length;
    for (let n = 2; ; n++) {
      const next = `${name.slice(0, stem)} (${n})${name.slice(stem)}`;
      if (!used.has(next)) return take(next);
    }
  };
}
