import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { RagError } from '../errors.ts';

export interface Upload {
  /** Its path below the home's folder. */
  name: string;
  /** On this disk; or its bytes. */
  content: string | Uint8Array;
}

/** A body of multipart/form-data (RFC 7578) that is read from the disk while it is sent: `about` as JSON, then the files. */
export function multipart(files: Upload[], about: object): { type: string; parts: AsyncIterable<Uint8Array> } {
  const boundary = `rag-${randomUUID()}`;
  const encode = (text: string) => Buffer.from(text, 'utf8');
  async function* parts(): AsyncIterable<Uint8Array> {
    const field = 'content-disposition: form-data; name="about"\r\n\r\n';
    yield encode(`--${boundary}\r\n${field}${JSON.stringify(about)}\r\n`);
    for (const { name, content } of files) {
      const disposition = `form-data; name="file"; filename*=UTF-8''${extended(name)}`;
      yield encode(`--${boundary}\r\ncontent-disposition: ${disposition}\r\n\r\n`);
      if (typeof content === 'string') yield* bytesOf(content);
      else yield content;
      yield encode('\r\n');
    }
    yield encode(`--${boundary}--\r\n`);
  }
  return { type: `multipart/form-data; boundary=${boundary}`, parts: parts() };
}

async function* bytesOf(path: string): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new RagError('unreadable', `${path} went away while it was sent`, {
      hint: 'the same command goes on',
      zh: `${path} 在发送时消失了`,
      zhHint: '重新运行同一命令即可继续',
      cause,
    });
  }
}

/** RFC 5987: what encodeURIComponent leaves and the grammar does not. */
function extended(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
}
