/** What a session may be called: its name becomes a file's. */
export function isSessionId(id: string): boolean {
  return /^[0-9a-z][0-9a-z-]*$/.test(id);
}
