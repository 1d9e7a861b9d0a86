const SECTOR_OFFSET = 512;
const MAX_SECTORS = 2_000;

/** Type of an OLE2 (compound file) container by the streams in its directory; `ole` if none is known. */
export function sniffOle(bytes: Uint8Array, extension: string): string {
  const names = directoryNames(bytes);
  const has = (name: string) => names.has(name);
  // A password-protected OOXML file: which one does not show until it is decrypted.
  if (has('EncryptedPackage')) return /^(docx|pptx|xlsx)$/.test(extension) ? extension : 'docx';
  if (has('WordDocument')) return 'doc';
  if (has('PowerPoint Document')) return 'ppt';
  if (has('Workbook') || has('Book')) return 'xls';
  if (has('__properties_version1.0')) return 'msg';
  // Where the directory is lost, or a part of it, the name is all there is; the reader will say that the file is damaged.
  return /^(doc|ppt|xls|msg)$/.test(extension) ? extension : 'ole';
}

/** Names of the directory entries, following the sector chain of the allocation table ([MS-CFB] 2.6). */
function directoryNames(bytes: Uint8Array): Set<string> {
  const names = new Set<string>();
  if (bytes.length < 1024) return names;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = 2 ** Math.min(16, Math.max(7, view.getUint16(30, true)));
  const position = (sector: number) => (sector + 1) * Math.max(size, SECTOR_OFFSET);
  const perSector = size / 4;
  const next = (sector: number): number => {
    const table = Math.floor(sector / perSector);
    if (table >= 109) return -2;
    const at = position(view.getInt32(76 + table * 4, true)) + (sector % perSector) * 4;
    return at >= 0 && at + 4 <= bytes.length ? view.getInt32(at, true) : -2;
  };
  let sector = view.getInt32(48, true);
  for (let step = 0; sector >= 0 && step < MAX_SECTORS; step++, sector = next(sector)) {
    const start = position(sector);
    for (let at = start; at + 128 <= Math.min(bytes.length, start + size); at += 128) {
      const length = Math.min(64, view.getUint16(at + 64, true));
      let name = '';
      for (let i = 0; i + 2 < length; i += 2) name += String.fromCharCode(view.getUint16(at + i, true));
      if (name) names.add(name);
    }
  }
  return names;
}
