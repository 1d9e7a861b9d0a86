/** Names of devices on Windows, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
/** What decides how a home behaves: no upload may replace it. Names with a dot in front are refused altogether. */
const OURS = new Set(['rag.yaml', 'node_modules']);
const MAX_PART_BYTES = 255 - '.part'.length;
const MAX_CHARS = 1024;

/**
 * Why a file cannot be kept under this path below a home's folder; undefined if it can. `platform` is that of the machine that keeps it.
 * The same path always names the same file, and never one outside the folder.
 */
export function uploadProblem(path: string, platform: string): string | undefined {
  if (path === '' || path.length > MAX_CHARS) return `it is empty or longer than ${MAX_CHARS} characters`;
  if (/[\u0000-\u001f\u007f-\u009f\\]/.test(path)) return 'it has a control character or a backslash in it';
  if (/\p{Surrogate}/u.test(path)) return 'it is not valid Unicode';
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return 'it is an absolute path';
  for (const part of path.split('/')) {
    if (part === '' || part === '..' || part === '.') return 'it does not lead straight down';
    if (part.startsWith('.')) return `${part} begins with a dot`;
    if (OURS.has(part.toLowerCase())) return `${part} is not a document`;
    if (DEVICE.test(part)) return `${part} is a device on Windows`;
    if (/[. ]$/.test(part)) return `${part} ends with a dot or a space`;
    if (Buffer.byteLength(part) > MAX_PART_BYTES) return `${part.slice(0, 40)}… is too long`;
    if (platform === 'win32' && /[<>:"|?*]/.test(part)) return `${part} has a character that Windows does not allow`;
  }
  return undefined;
}

/** Two paths with one key are one file where case or Unicode form makes no difference. */
export function uploadKey(path: string, platform: string): string {
  return platform === 'win32' || platform === 'darwin' ? path.normalize('NFC').toLowerCase() : path;
}
