import { ApiError, headers, refused } from './api.ts';
import type { Event, Ingested, Problem } from './api-types.ts';
import { fresh } from './session.ts';
import { eventParser } from './sse.ts';

export interface UploadReport {
  /** Share of the bytes that are there, 0 to 1. */
  sent(share: number): void;
  event(event: Event): void;
}

/** Sends files and reports what becomes of them. `fetch` does not tell how much was sent. */
export async function upload(files: File[], report: UploadReport): Promise<Ingested> {
  await fresh();
  const form = new FormData();
  for (const file of files) form.append('file', file, file.name);
  const request = new XMLHttpRequest();
  request.open('POST', '/api/v1/documents');
  for (const [name, value] of Object.entries({ ...headers(), accept: 'text/event-stream' }))
    request.setRequestHeader(name, value);
  const parse = eventParser();
  let read = 0;
  return new Promise((done, failed) => {
    const take = () => {
      if (request.status !== 200) return;
      const text = request.responseText.slice(read);
      read += text.length;
      for (const { event, data } of parse(text)) {
        if (event === 'result') done(data as Ingested);
        else if (event === 'error') failed(new ApiError(data as Problem));
        else report.event(data as Event);
      }
    };
    request.upload.onprogress = ({ loaded, total }) => report.sent(total > 0 ? loaded / total : 1);
    request.onprogress = take;
    request.onload = () => {
      take();
      if (request.status !== 200) failed(refused(request.status, request.responseText));
      failed(new ApiError({ code: 'offline', message: '' }));
    };
    request.onerror = () => failed(new ApiError({ code: 'offline', message: '' }));
    request.send(form);
  });
}
