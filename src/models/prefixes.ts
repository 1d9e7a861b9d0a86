/** What a model wants before a text, as its model card says. Without it retrieval gets quietly worse. */
export interface Prefixes {
  /** Part of the embedder's id: other prefixes, other vectors. */
  scheme: string;
  query: string;
  passage: string;
}

const PLAIN: Prefixes = { scheme: 'plain', query: '', passage: '' };
const SEARCH = 'Represent this sentence for searching relevant passages: ';

/** First match wins; names as Ollama, LM Studio and the hubs spell them. */
const FAMILIES: [RegExp, Prefixes][] = [
  [/nomic-embed/, { scheme: 'nomic', query: 'search_query: ', passage: 'search_document: ' }],
  [/e5.*instruct/, PLAIN],
  [/\be5[-_]/, { scheme: 'e5', query: 'query: ', passage: 'passage: ' }],
  [/arctic-embed2|arctic-embed.*v2/, { scheme: 'arctic2', query: 'query: ', passage: '' }],
  [/arctic-embed|mxbai-embed-large|bge-(small|base|large)-en/, { scheme: 'search', query: SEARCH, passage: '' }],
  [/embeddinggemma/, { scheme: 'gemma', query: 'task: search result | query: ', passage: 'title: none | text: ' }],
];

export function prefixesOf(model: string): Prefixes {
  const name = model.toLowerCase();
  return FAMILIES.find(([pattern]) => pattern.test(name))?.[1] ?? PLAIN;
}
