import { stemmer } from 'stemmer';

/** Most words have nothing of it: one look instead of seven. */
const BRITISH = /ae|oe|our|is[aei]|ys[ei]|tre|ll[ei]/;

/** One spelling for both sides of the Atlantic: colour, organise, analyse, centre, travelled, oestrogen. */
function american(word: string): string {
  if (word.length < 6 || !BRITISH.test(word)) return word;
  return word
    .replace(/ae/g, 'e')
    .replace(/oe(?=[a-z]{2})/g, 'e')
    .replace(/our(s|ed|ing|al|ally|able|ful|less|ist|ite|ites|ation|hood)?$/, 'or$1')
    .replace(/is(e|es|ed|ing|ation|ations|ational|er|ers)$/, 'iz$1')
    .replace(/ys(e|es|ed|ing|er|ers)$/, 'yz$1')
    .replace(/tre(s|d)?$/, 'ter$1')
    .replace(/([aeiou][a-z]*e)ll(ed|ing|er|ers)$/, '$1l$2');
}

const CACHED = 50_000;
/** The same parts come again in one identifier after the other. */
const stems = new Map<string, string>();

/** Porter's stem of a lower-case word; what is not plain Latin letters stays as it is. */
export function stem(word: string): string {
  if (word.length <= 2) return word;
  const known = stems.get(word);
  if (known !== undefined) return known;
  const made = /^[a-z]+$/.test(word) ? stemmer(american(word)) : word;
  if (stems.size >= CACHED) stems.clear();
  stems.set(word, made);
  return made;
}
