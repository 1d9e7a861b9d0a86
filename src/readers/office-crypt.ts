import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto';
import { openParts } from './ole.ts';
import { ReadError } from './reader.ts';
import { attribute, xmlScanner } from './xml.ts';

const SEGMENT = 4096;
/** Office writes 100,000; what asks for far more is made to cost time. */
const MAX_SPINS = 2_000_000;
const STANDARD_SPINS = 50_000;
/** Block keys of [MS-OFFCRYPTO] 2.3.4.13: verifier's input, verifier's hash, key. */
const INPUT = Buffer.from('fea7d2763b4b9e79', 'hex');
const HASH = Buffer.from('d7aa0f6d3061344e', 'hex');
const KEY = Buffer.from('146e0be7abacd0d6', 'hex');

/** The zip container inside an OOXML file that was encrypted with a password. Throws ReadError('encrypted') without the right one. */
export function decryptOffice(bytes: Uint8Array, password: string | undefined): Uint8Array {
  const parts = openParts(bytes);
  const info = parts.get('EncryptionInfo');
  const encrypted = parts.get('EncryptedPackage');
  if (!info || !encrypted || encrypted.length < 8) throw new ReadError('corrupt', 'the encrypted document is damaged');
  if (password === undefined) throw new ReadError('encrypted', 'the document is protected by a password');
  const length = Number(encrypted.readBigUInt64LE(0));
  const body = encrypted.subarray(8);
  if (length > body.length) throw new ReadError('corrupt', 'the encrypted document is cut off');
  const minor = info.readUInt16LE(2);
  const decrypt = minor === 4 ? agile(info, password) : minor === 2 ? standard(info, password) : undefined;
  if (!decrypt) throw new ReadError('encrypted', 'the document is encrypted in a way that is not supported');
  return decrypt(body).subarray(0, length);
}

type Decrypt = (body: Buffer) => Buffer;

const wrong = () => new ReadError('encrypted', 'the password is wrong');

/** [MS-OFFCRYPTO] 2.3.4.10–15: AES-CBC in segments, each with its own start. */
function agile(info: Buffer, password: string): Decrypt {
  const tags = new Map<string, string>();
  const scanner = xmlScanner({ open: (name, attributes) => void tags.set(name, attributes), close() {}, text() {} });
  scanner.push(info.toString('utf8', 8));
  const field = (tag: string, name: string) => attribute(tags.get(tag) ?? '', name) ?? '';
  const raw = (tag: string, name: string) => Buffer.from(field(tag, name), 'base64');
  const hashName = (tag: string) => field(tag, 'hashAlgorithm').replace('-', '').toLowerCase();
  const hash = hashName('encryptedKey');
  const spins = Number(field('encryptedKey', 'spinCount'));
  if (!/^sha(1|256|384|512)$/.test(hash) || !/^sha(1|256|384|512)$/.test(hashName('keyData')) || !(spins <= MAX_SPINS))
    throw new ReadError('encrypted', 'the document is encrypted in a way that is not supported');
  const salt = raw('encryptedKey', 'saltValue');
  const block = Number(field('encryptedKey', 'blockSize'));
  const bits = Number(field('encryptedKey', 'keyBits'));
  const spun = spin(hash, salt, password, spins);
  const open = (blockKey: Buffer, name: string) => {
    const key = sized(digest(hash, spun, blockKey), bits / 8);
    return cipher('cbc', key, sized(salt, block), raw('encryptedKey', name));
  };
  const expected = open(HASH, 'encryptedVerifierHashValue');
  const actual = digest(hash, open(INPUT, 'encryptedVerifierHashInput'));
  if (expected.length < actual.length || !timingSafeEqual(expected.subarray(0, actual.length), actual)) throw wrong();
  const key = open(KEY, 'encryptedKeyValue').subarray(0, bits / 8);
  const dataSalt = raw('keyData', 'saltValue');
  const dataBlock = Number(field('keyData', 'blockSize'));
  return (body) => {
    const plain = Buffer.allocUnsafe(body.length);
    let at = 0;
    for (let i = 0; at < body.length - (body.length % 16); i++) {
      const start = sized(digest(hashName('keyData'), dataSalt, uint32(i)), dataBlock);
      const end = Math.min(body.length - (body.length % 16), at + SEGMENT);
      at += cipher('cbc', key, start, body.subarray(at, end)).copy(plain, at);
    }
    return plain.subarray(0, at);
  };
}

/** [MS-OFFCRYPTO] 2.3.4.5–9: SHA-1 and AES-ECB, as Office 2007 wrote. */
function standard(info: Buffer, password: string): Decrypt {
  const headerSize = info.readUInt32LE(8);
  const bits = info.readUInt32LE(12 + 16);
  const verifier = info.subarray(12 + headerSize);
  if (![128, 192, 256].includes(bits) || verifier.length < 72)
    throw new ReadError('encrypted', 'the document is encrypted in a way that is not supported');
  const spun = spin('sha1', verifier.subarray(4, 20), password, STANDARD_SPINS);
  const last = digest('sha1', spun, uint32(0));
  const half = (fill: number) => {
    const pad = Buffer.alloc(64, fill);
    for (const [i, byte] of last.entries()) pad[i]! ^= byte;
    return digest('sha1', pad);
  };
  const key = Buffer.concat([half(0x36), half(0x5c)]).subarray(0, bits / 8);
  const actual = digest('sha1', cipher('ecb', key, null, verifier.subarray(20, 36)));
  const expected = cipher('ecb', key, null, verifier.subarray(40, 72)).subarray(0, 20);
  if (!timingSafeEqual(expected, actual)) throw wrong();
  return (body) => cipher('ecb', key, null, body.subarray(0, body.length - (body.length % 16)));
}

function spin(hash: string, salt: Buffer, password: string, spins: number): Buffer {
  let value = digest(hash, salt, Buffer.from(password, 'utf16le'));
  for (let i = 0; i < spins; i++) value = digest(hash, uint32(i), value);
  return value;
}

function digest(hash: string, ...parts: Buffer[]): Buffer {
  const made = createHash(hash);
  for (const part of parts) made.update(part);
  return made.digest();
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Cut to size, or filled up with 0x36. */
function sized(bytes: Buffer, size: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(Math.max(0, size - bytes.length), 0x36)]).subarray(0, size);
}

function cipher(mode: 'cbc' | 'ecb', key: Buffer, start: Buffer | null, data: Buffer): Buffer {
  const decipher = createDecipheriv(`aes-${key.length * 8}-${mode}`, key, start).setAutoPadding(false);
  return Buffer.concat([decipher.update(data), decipher.final()]);
}
