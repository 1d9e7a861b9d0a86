/** How far from the end what the file ends inside of may have begun. */
const TAIL = 2 ** 18;

/** Why an HTML file looks cut off: it ends inside of something, or opens a document that it never closes. Undefined if it is whole. */
export function cutOff(bytes: Uint8Array): string | undefined {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const tail = source.subarray(-TAIL).toString('latin1').toLowerCase();
  // UTF-16: the tags are not where we look.
  if (tail.includes('\0')) return undefined;
  if (tail.lastIndexOf('<!--') > tail.lastIndexOf('-->')) return 'a comment';
  for (const name of ['script', 'style'])
    if (tail.lastIndexOf(`<${name}`) > tail.lastIndexOf(`</${name}`)) return `a ${name}`;
  if (/<[a-z/!][^<>]*$/.test(tail.slice(-2000))) return 'a tag';
  if (['</html', '</body', '</HTML', '</BODY'].some((tag) => source.includes(tag))) return undefined;
  // End tags may be left out, but who writes both start tags does not leave out both end tags.
  const opened = source.subarray(0, TAIL).toString('latin1').toLowerCase();
  return /<html[\s>]/.test(opened) && /<body[\s>]/.test(opened) ? 'the body' : undefined;
}
