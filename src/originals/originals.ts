/** The file that a source came from, on this machine for as long as it is held. */
export interface Held {
  path: string;
  /** The last part of its name; the path may have another. */
  name: string;
  /** On the way from the file to the source, outermost first; empty where the file is the source. */
  members: string[];
  release(): void;
}

/** Where the files are that documents came from. */
export interface Originals {
  /** Undefined if there is no such file any more. */
  hold(source: string): Promise<Held | undefined>;
}
