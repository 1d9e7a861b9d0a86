import { phraseTerms } from './query.ts';

/** Do the words stand side by side in the text, in this order? `phrase` as made by `parseQuery`. */
export function hasPhrase(text: string, phrase: readonly string[]): boolean {
  const words = phraseTerms(text);
  for (let i = words.indexOf(phrase[0] ?? ''); i >= 0; i = words.indexOf(phrase[0]!, i + 1)) {
    if (phrase.every((word, k) => words[i + k] === word)) return true;
  }
  return false;
}
