/** Writes dist/models/gloss.bin below `root`; returns its path. */
export function buildGloss(root: string): Promise<string>;
