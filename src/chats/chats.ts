import type { Citation } from '../types.ts';

export interface Turn {
  /** ISO time. */
  at: string;
  question: string;
  /** What was searched for, where a follow-up was made to stand alone. */
  standalone?: string;
  answer: string;
  abstained: boolean;
  model: string;
  seconds: number;
  citations: Citation[];
  unsupported: string[];
}

export interface Session {
  id: string;
  /** The first question. */
  title: string;
  started: string;
  turns: Turn[];
}

/** Conversations of a home. Throws RagError('config') if the home cannot be written. */
export interface Chats {
  /** Newest first. */
  list(): Promise<Session[]>;
  /** By id or a unique beginning of it. */
  find(id: string): Promise<Session | undefined>;
  /** Adds a turn; the first one makes the session. Durable when it resolves. */
  append(id: string, turn: Turn): Promise<void>;
}
