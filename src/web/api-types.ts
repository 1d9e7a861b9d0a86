// Made from src/api/schemas.ts and the routes by: npm run docs

export interface Answered {
  answer: string;
  abstained: boolean;
  model: string;
  seconds: number;
  citations: Citation[];
  unsupported: string[];
  hits: Hit[];
}

export interface ApiKey {
  id: string;
  name: string;
  user: string;
  role: Role;
  /** What may be seen; null for all */
  collections: Collections;
  created: string;
  expires: unknown;
  revoked: boolean;
}

export interface AuditEntry {
  id: number;
  at: string;
  who: string;
  action: string;
  target: string;
  address: string;
  result: string;
}

export interface Citation {
  n: number;
  source: string;
  document: string;
  documentSha256: string;
  chunk: string;
  title: string;
  /** Where a text stands; start and end are UTF-16 offsets into the extracted text */
  locator: Locator;
  quote: string;
  sha256: string;
  prefix: string;
  suffix: string;
  warnings?: string[];
}

export type Collections = string[] | unknown;

export interface Document {
  source: string;
  title: string;
  type: string;
  bytes: number;
  pages?: number;
  chunks: number;
  ingested: string;
  sha256: string;
  status: 'ok' | 'partial';
  collection: string;
  tags: Record<string, string>;
  problem?: {
    code: string;
    reason: string;
  };
}

export type Event = {
  type: 'note' | 'warn';
  message: string;
} | {
  type: "scan";
  files: number;
} | {
  source: string;
  status: string;
  code?: string;
  reason?: string;
  type: "file";
} | {
  type: "progress";
  done: number;
  total: number;
  unit: 'files' | 'chunks' | 'questions';
  rates: Record<string, number>;
  etaSeconds?: number;
} | {
  type: "token";
  text: string;
};

export interface Filter {
  /** Globs over sources */
  in?: string[];
  type?: string[];
  since?: string;
  until?: string;
  tags?: Record<string, string>;
  collection?: string;
  asOf?: string;
}

export interface Hit {
  rank: number;
  score: number;
  source: string;
  document: string;
  chunk: string;
  title: string;
  /** Where a text stands; start and end are UTF-16 offsets into the extracted text */
  locator: Locator;
  text: string;
  highlights: [number, number][];
  lexical?: {
    rank: number;
    score: number;
  };
  vector?: {
    rank: number;
    score: number;
  };
  warnings?: string[];
}

export interface Ingested {
  chunks: number;
  embedded: number;
  pending: number;
  seconds: number;
  bytes: number;
  files: {
    source: string;
    status: string;
    code?: string;
    reason?: string;
  }[];
}

export interface Labels {
  collection?: string;
  /** Of a document that has none yet, where `collection` names none */
  defaultCollection?: string;
  tags?: Record<string, string>;
  embed: boolean;
}

export interface Locator {
  page?: number;
  heading?: string[];
  sheet?: string;
  range?: string;
  slide?: number;
  line?: number;
  part?: string;
  ocr?: number;
  start: number;
  end: number;
}

export interface PageImage {
  /** Base64 */
  png: string;
  width: number;
  height: number;
  /** Of the document */
  pages: number;
  /** Lines of the quote: left, top, width, height as shares of the page */
  boxes: [number, number, number, number][];
}

export interface Problem {
  code: string;
  message: string;
  hint?: string;
}

export type Role = 'reader' | 'editor' | 'admin';

export interface Run {
  at: string;
  /** SHA-256: other questions are no comparison */
  questions: string;
  mode: string;
  sets: SetResult[];
}

export interface Searched {
  query: string;
  mode: string;
  seconds: number;
  coverage: {
    chunks: number;
    embedded: number;
  };
  hits: Hit[];
  explain?: {
    terms: string[];
    expanded: string[];
    fullMatch: number;
    candidates: number;
    embeddedNow: number;
  };
}

export interface Session {
  id: string;
  title: string;
  started: string;
  turns: number;
}

export interface SetResult {
  name: string;
  queries: number;
  ndcg10: number;
  recall10: number;
  mrr10: number;
  p50ms: number;
  p95ms: number;
  answers?: {
    first: number;
    any: number;
    exact: number;
    f1: number;
    answered: number;
    refused?: number;
  };
}

export interface Signed {
  /** For Authorization: Bearer */
  access: string;
  expires: string;
  /** Good once, for the next access token */
  refresh: string;
  user: User;
}

export interface Stamp {
  source: string;
  bytes: number;
  mtimeMs: number;
  /** Of the bytes; empty where the file could not be read */
  sha256: string;
  document: boolean;
  container?: boolean;
  collection: string;
  tags: Record<string, string>;
  problem?: {
    code: string;
    reason: string;
    status: 'skipped' | 'partial' | 'failed';
    version: string;
  };
}

export interface Turn {
  answer: string;
  abstained: boolean;
  model: string;
  seconds: number;
  citations: Citation[];
  unsupported: string[];
  at: string;
  question: string;
  standalone?: string;
}

export interface Unread {
  source: string;
  code: string;
  reason: string;
  status: string;
}

export interface User {
  id: string;
  name: string;
  role: Role;
  /** What may be seen; null for all */
  collections: Collections;
  disabled: boolean;
  created: string;
}

export interface Who {
  name: string;
  role: Role;
  /** What may be seen; null for all */
  collections: Collections;
  key?: string;
  /** False where one token opens the server */
  accounts: boolean;
}

export interface Worse {
  name: string;
  metric: string;
  before: number;
  now: number;
}

/** Operations, by method and path. */
export interface Routes {
  'POST /api/v1/search': {
    body: {
      text: string;
      k?: number;
      mode?: 'hybrid' | 'lexical' | 'vector';
      filter?: Filter;
      /** Seconds for embedding what has no vector yet: little, since other requests wait */
      embedBudget?: number;
      /** Say how the scores came about */
      explain?: boolean;
    };
    result: Searched;
  };
  'POST /api/v1/query': {
    body: {
      text: string;
      k?: number;
      mode?: 'hybrid' | 'lexical' | 'vector';
      filter?: Filter;
      /** Seconds for embedding what has no vector yet: little, since other requests wait */
      embedBudget?: number;
      /** Say how the scores came about */
      explain?: boolean;
      /** Answer with server-sent events */
      stream?: boolean;
    };
    result: Answered;
  };
  'POST /api/v1/chat': {
    body: {
      text: string;
      k?: number;
      mode?: 'hybrid' | 'lexical' | 'vector';
      filter?: Filter;
      /** Seconds for embedding what has no vector yet: little, since other requests wait */
      embedBudget?: number;
      /** Say how the scores came about */
      explain?: boolean;
      /** Answer with server-sent events */
      stream?: boolean;
      /** To go on with one */
      session?: string;
    };
    result: {
      session: string;
      turn: Turn;
    };
  };
  'GET /api/v1/chat': {
    result: {
      sessions: Session[];
    };
  };
  'GET /api/v1/chat/stale': {
    result: {
      answers: number;
      stale: Record<string, unknown>[];
    };
  };
  'GET /api/v1/chat/session': {
    query: {
      id: string;
    };
    result: {
      id: string;
      title: string;
      started: string;
      turns: Turn[];
    };
  };
  'POST /api/v1/chat/session': {
    body: {
      id: string;
      turns: {
        answer: string;
        abstained: boolean;
        model: string;
        seconds: number;
        citations: {
          n: number;
          source: string;
          document: string;
          documentSha256: string;
          chunk: string;
          title: string;
          /** Where a text stands; start and end are UTF-16 offsets into the extracted text */
          locator: {
            page?: number;
            heading?: string[];
            sheet?: string;
            range?: string;
            slide?: number;
            line?: number;
            part?: string;
            ocr?: number;
            start: number;
            end: number;
          };
          quote: string;
          sha256: string;
          prefix: string;
          suffix: string;
          warnings?: string[];
        }[];
        unsupported: string[];
        at: string;
        question: string;
        standalone?: string;
      }[];
    };
    result: {
      added: number;
    };
  };
  'POST /api/v1/why': {
    body: {
      text: string;
      k?: number;
      mode?: 'hybrid' | 'lexical' | 'vector';
      filter?: Filter;
      /** Seconds for embedding what has no vector yet: little, since other requests wait */
      embedBudget?: number;
      /** Say how the scores came about */
      explain?: boolean;
      doc: string;
      passage?: string;
    };
    result: Record<string, unknown>;
  };
  'GET /api/v1/documents': {
    query: {
      /** A glob over sources */
      in?: string;
      /** JSON, as in a search */
      filter?: string;
      /** The last source of the page before */
      after?: string;
      limit?: number;
    };
    result: {
      documents: Document[];
      more: boolean;
      unread: Unread[];
    };
  };
  'GET /api/v1/documents/text': {
    query: {
      source: string;
      asOf?: string;
    };
    result: {
      source: string;
      document: string;
      documentSha256: string;
      title: string;
      type: string;
      pages?: number;
      text: string;
      sections: ({
        /** Where a text stands; start and end are UTF-16 offsets into the extracted text */
        locator: Locator;
        table?: string | true;
      })[];
      problem?: {
        code: string;
        reason: string;
      };
    };
  };
  'GET /api/v1/documents/page': {
    query: {
      source: string;
      page: number;
      /** Pixels */
      width?: number;
      /** Of the quote, in the extracted text */
      start?: number;
      end?: number;
    };
    result: PageImage;
  };
  'GET /api/v1/documents/file': {
    query: {
      source: string;
    };
    result: unknown;
  };
  'POST /api/v1/documents': {
    result: Ingested;
  };
  'POST /api/v1/documents/url': {
    body: {
      collection?: string;
      /** Of a document that has none yet, where `collection` names none */
      defaultCollection?: string;
      tags?: Record<string, string>;
      embed?: boolean;
      url: string;
      /** Where that is less than the server takes */
      maxBytes?: number;
      stream?: boolean;
    };
    result: Ingested;
  };
  'DELETE /api/v1/documents': {
    query: {
      source: string;
    };
    result: {
      removed: string[];
    };
  };
  'GET /api/v1/passages': {
    query: {
      chunk: string;
    };
    result: {
      source: string;
      document: string;
      chunk: string;
      text: string;
      context: string;
      /** Where a text stands; start and end are UTF-16 offsets into the extracted text */
      locator: Locator;
    };
  };
  'GET /api/v1/files': {
    query: {
      /** The last source of the page before */
      after?: string;
      limit?: number;
      collection?: string;
      /** Of a document that has none yet, where `collection` names none */
      defaultCollection?: string;
    };
    result: {
      files: Stamp[];
      more: boolean;
      /** A problem met by another version or without recognition may be gone by now */
      attempt: {
        version: string;
        ocr: 'auto' | 'force' | 'off' | 'absent';
      };
      /** Larger files are not taken */
      maxBytes: number;
      /** What the names of files that are uploaded so come to begin with */
      space?: string;
    };
  };
  'POST /api/v1/files/forget': {
    body: {
      sources: string[];
    };
    result: {
      removed: string[];
    };
  };
  'GET /api/v1/status': {
    result: {
      documents: number;
      chunks: number;
      embedded: number;
      bytes: number;
      versions: number;
      model?: string;
      /** Vectors by what made them */
      runtimes: Record<string, number>;
      index: Record<string, unknown>;
    };
  };
  'GET /api/v1/services': {
    result: {
      degraded: boolean;
      checks: ({
        name: string;
        status: 'ok' | 'warn' | 'fail';
        detail: string;
        hint?: string;
      })[];
      queue?: {
        waiting: number;
        active: number;
        delayed: number;
        dead: number;
      };
      /** Jobs that were tried in vain, with their reasons */
      deadLetters: Record<string, unknown>[];
      /** Workers and schedulers that are at work */
      processes: Record<string, unknown>[];
    };
  };
  'POST /api/v1/ingest': {
    body: {
      paths: string[];
      stream?: boolean;
    };
    result: Ingested;
  };
  'POST /api/v1/verify': {
    body: {
      citations: Record<string, unknown>[];
      unsupported?: string[];
    };
    result: {
      checked: number;
      valid: number;
      moved: Record<string, unknown>[];
      drifted: Record<string, unknown>[];
      missing: Record<string, unknown>[];
      unsupported: string[];
    };
  };
  'GET /api/v1/originals': {
    query: {
      /** The last source of the page before */
      after?: string;
      limit?: number;
    };
    result: {
      originals: {
        source: string;
        sha256: string;
        bytes: number;
        mtimeMs: number;
      }[];
      more: boolean;
    };
  };
  'GET /api/v1/originals/{sha256}': {
    result: unknown;
  };
  'PUT /api/v1/originals/{sha256}': {
    query: {
      source: string;
      /** Of the file, milliseconds since 1970 */
      mtime?: number;
      /** Of the file */
      bytes: number;
    };
    result: {
      /** Whether the bytes were new */
      stored: boolean;
    };
  };
  'POST /api/v1/packs': {
    result: {
      documents: number;
      added: number;
      updated: number;
      unchanged: number;
      pending: number;
    };
  };
  'GET /api/v1/packs': {
    result: unknown;
  };
  'GET /api/v1/eval': {
    result: {
      runs: Run[];
    };
  };
  'POST /api/v1/eval': {
    body: {
      mode?: 'hybrid' | 'lexical' | 'vector';
      stream?: boolean;
    };
    result: {
      sets: SetResult[];
      worse: Worse[];
    };
  };
  'GET /api/v1/auth': {
    result: {
      accounts: boolean;
    };
  };
  'POST /api/v1/auth/login': {
    body: {
      name: string;
      password: string;
    };
    result: Signed;
  };
  'POST /api/v1/auth/refresh': {
    body: {
      refresh: string;
    };
    result: Signed;
  };
  'POST /api/v1/auth/logout': {
    body: {
      refresh: string;
    };
    result: {
      ended: boolean;
    };
  };
  'GET /api/v1/auth/me': {
    result: Who;
  };
  'POST /api/v1/auth/password': {
    body: {
      current: string;
      password: string;
    };
    result: {
      changed: boolean;
    };
  };
  'GET /api/v1/users': {
    result: {
      users: User[];
    };
  };
  'POST /api/v1/users': {
    body: {
      name: string;
      password: string;
      role?: 'reader' | 'editor' | 'admin';
      /** What may be seen; null for all */
      collections?: string[] | unknown;
    };
    result: User;
  };
  'PATCH /api/v1/users': {
    body: {
      name: string;
      role?: Role;
      /** What may be seen; null for all */
      collections?: Collections;
      disabled?: boolean;
      password?: string;
    };
    result: User;
  };
  'GET /api/v1/audit': {
    query: {
      /** The last id of the page before */
      before?: number;
      limit?: number;
    };
    result: {
      entries: AuditEntry[];
    };
  };
  'GET /api/v1/keys': {
    result: {
      keys: ApiKey[];
    };
  };
  'POST /api/v1/keys': {
    body: {
      name: string;
      role?: 'reader' | 'editor' | 'admin';
      /** What may be seen; null for all */
      collections?: string[] | unknown;
      /** Null: it does not expire */
      days?: number | unknown;
    };
    result: {
      secret: string;
      key: ApiKey;
    };
  };
  'DELETE /api/v1/keys': {
    query: {
      id: string;
    };
    result: {
      revoked: ApiKey;
    };
  };
}
