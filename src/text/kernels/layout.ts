// Addresses in the memory; `src/text/kernel.ts` has the same, and those of the texts. What is not touched costs nothing.

/** A script a UTF-16 unit, 0 where it is not known yet. */
export const SCRIPTS: usize = 0x10000;
/** What `estimate` found. */
export const RESULT: usize = 0x20000;
/** The terms of a run that the table does not hold, as numbers. */
export const ANSWER: usize = 0x20040;
/** Hash table of runs: 2^17 addresses of entries, and the entries. */
export const SLOTS: usize = 0x40000;
export const SLOT_MASK: u32 = 0x1ffff;
export const ENTRIES: usize = 0xc0000;
export const ENTRIES_END: usize = 0x4c0000;
/** For each term number the text that had it last, and its place among that text's terms. */
export const SEEN: usize = 0x4c0000;
/** The text's terms: numbers and counts. */
export const FOUND: usize = 0x8c0000;
