/** From least to most: each may do what those before it may. */
export const ROLES = ['reader', 'editor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Whether `role` may do what asks for `needed`. */
export const reaches = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);

/** Who asks: a user who signed in, one of their keys, or the server's own token. */
export interface Caller {
  /** Of the user; undefined for the server's own token. */
  user: string | undefined;
  name: string;
  role: Role;
  /** Those that may be seen; null for all. */
  collections: string[] | null;
  /** Set for an access token. */
  session?: string;
  /** Set for an API key: its name. */
  key?: string;
}

export interface User {
  id: string;
  name: string;
  role: Role;
  collections: string[] | null;
  disabled: boolean;
  /** ISO time. */
  created: string;
}

export interface NewUser extends Pick<User, 'name' | 'role' | 'collections'> {
  /** Hash of it. */
  password: string;
}

export type UserChange = Partial<Pick<User, 'role' | 'collections' | 'disabled'> & { password: string }>;

export interface ApiKey {
  id: string;
  name: string;
  /** Name of the user it belongs to, without whom it is worth nothing. */
  user: string;
  role: Role;
  collections: string[] | null;
  created: string;
  expires: string | null;
  revoked: boolean;
}

export interface NewKey extends Pick<ApiKey, 'name' | 'role' | 'collections' | 'expires'> {
  /** Id of the user. */
  owner: string;
  hash: Buffer;
}

/** A line of the audit log: never text of documents, never a secret. */
export interface Entry {
  who: string;
  action: string;
  target: string;
  /** Network address. */
  address: string;
  result: string;
}

/**
 * Users, their sessions and keys, and what they did. Secrets come in as hashes. Throws RagError('unavailable') if the database cannot be
 * reached.
 */
export interface Accounts {
  users(): Promise<User[]>;
  /** With the hash of the password. */
  credentials(name: string): Promise<{ user: User; password: string } | undefined>;
  /** Resolves to undefined if the name is taken. */
  addUser(user: NewUser): Promise<User | undefined>;
  /** The first one: only where there is no user yet. */
  addFirst(user: NewUser): Promise<User | undefined>;
  /**
   * A new password, or being disabled, ends all sessions. Resolves to undefined for an unknown name; throws RagError('refused') if no
   * admin would be left.
   */
  changeUser(name: string, change: UserChange): Promise<User | undefined>;

  /** A session with its first refresh token; resolves to its id. */
  begin(user: string, token: Buffer, expires: Date): Promise<string>;
  /**
   * Exchanges a refresh token for the next one. `reused`: it had been exchanged before, so somebody else has it, too; its session is over.
   */
  rotate(token: Buffer, next: Buffer): Promise<{ session: string; user: User } | 'unknown' | { reused: User }>;
  /** The session of this refresh token is over. Resolves to whose it was. */
  end(token: Buffer): Promise<User | undefined>;
  /** Whose session it is, while it lasts and the user is not disabled. */
  inSession(session: string): Promise<User | undefined>;

  addKey(key: NewKey): Promise<ApiKey>;
  /** All, or those of a user. */
  keys(owner?: string): Promise<ApiKey[]>;
  /** Resolves to the key if there is such a one (of this user, where one is given). */
  revokeKey(id: string, owner?: string): Promise<ApiKey | undefined>;
  /** A key that is good at this moment, with its owner. */
  withKey(hash: Buffer): Promise<{ key: ApiKey; owner: User } | undefined>;

  record(entry: Entry): Promise<void>;
  /** Newest first; `before`: the last id of the page before. */
  audit(page: { before?: number; limit: number }): Promise<(Entry & { id: number; at: string })[]>;
}
