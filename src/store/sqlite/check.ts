import type { Access } from './access.ts';
import { verifySegment } from './segments/verify.ts';

/** What is damaged, a line each: SQLite's pages, and every byte of the files against its checksums. */
export function check(access: Access): string[] {
  const answers = access.db().pragma('quick_check(5)', { simple: false }) as { quick_check: string }[];
  const lines = answers.map((answer) => answer.quick_check).filter((answer) => answer !== 'ok');
  const snapshot = access.snapshot();
  const note = (work: () => void) => {
    try {
      work();
    } catch (error) {
      lines.push((error as Error).message);
    }
  };
  for (const segment of snapshot.segments) note(() => verifySegment(snapshot, segment));
  note(() => snapshot.vectors?.verify());
  return lines;
}
