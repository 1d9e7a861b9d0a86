/**
 * Names that are one collection's alone: `tea:/docs/a.md`. In a home with accounts, who sees only some collections writes under such names, so
 * that nobody learns from a name that is taken what others have.
 */
const SIGN = ':/';

/** What the names of a collection begin with: a folder that no file system confuses with another, whatever the collection is called. */
export function spaceOf(collection: string): string {
  const safe = collection.replace(/^\.|[\u0000-\u001f\u007f-\u009f%/:\\]/g, (char) =>
    encodeURIComponent(char).replace('.', '%2E'),
  );
  return safe + SIGN;
}

export function isSpaced(source: string): boolean {
  const at = source.indexOf('/');
  return at > 1 && source[at - 1] === ':';
}

/** The name within its space; itself if it lies in none. */
export function withoutSpace(source: string): string {
  return isSpaced(source) ? source.slice(source.indexOf('/') + 1) : source;
}

export function inSpaces(source: string, collections: string[]): boolean {
  return collections.some((collection) => source.startsWith(spaceOf(collection)));
}
